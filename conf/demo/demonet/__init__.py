"""The demo's partner network: four CRM servers with four different APIs, one process, standard library only."""
