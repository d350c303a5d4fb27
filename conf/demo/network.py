#!/usr/bin/env python3
"""The demo's partner network: four CRM servers on four loopback ports, made up from a seed.

Each API is described at the head of its file in demonet/; the control API under /_demo/ in demonet/partner.py.
With --state, every write is kept in DIR/<partner>.jsonl and is there again at the next start.
"""
import argparse
import asyncio
import json
import os
import signal
import sys

from demonet.flandersdc import FlandersDC
from demonet.hooks import Hooks
from demonet.innovatiecentrum import InnovatieCentrum
from demonet.table import Store
from demonet.unizo import Unizo
from demonet.views import generate
from demonet.voka import Voka
from demonet.web import Server

CLASSES = (Unizo, Voka, FlandersDC, InnovatieCentrum)
DEMO_HOOK_SECRET = "whsec_ZGVtby1mbGFuZGVyc2RjLXdlYmhvb2stc2VjcmV0"


class Network:
    """secrets: {name: text} as in the files of --secrets."""

    def __init__(self, seed=1, state=None, secrets=None, hook_url=None, sizes=None, voka_limit=600, token_s=300):
        secrets, rows = secrets or {}, None
        self.hooks = Hooks(hook_url, secrets.get("flandersdc-webhook", DEMO_HOOK_SECRET)) if hook_url else None
        options = {"unizo": {"password": "demo-unizo"}, "voka": {"key": "demo-voka"},
                   "flandersdc": {"secret": "demo-flandersdc"}, "innovatiecentrum": {"key": "demo-innovatiecentrum"}}
        for name, option in options.items():
            if name in secrets:
                option[next(iter(option))] = secrets[name]
        options["voka"]["limit"] = voka_limit
        options["flandersdc"] |= {"hooks": self.hooks, "token_s": token_s}
        if state:
            os.makedirs(state, exist_ok=True)
        self.partners, self.servers, self.truth = {}, {}, None
        for cls in CLASSES:
            store = Store(cls.name, cls.tables(), os.path.join(state, cls.name + ".jsonl") if state else None)
            if not store.open():
                if rows is None:
                    rows, self.truth = generate(seed, **(sizes or {}))
                for us, _, table, key, fields in rows[cls.name]:
                    store.write(store.tables[table], key, fields, "create", "seed", us)
            partner = self.partners[cls.name] = cls(store, **options[cls.name])
            partner.server = self.servers[cls.name] = Server(partner)
        if state and self.truth:
            with open(os.path.join(state, "truth.json"), "w", encoding="utf-8") as file:
                json.dump(self.truth, file, ensure_ascii=False)

    async def start(self, port=0, ports=None):
        """ports: those of an earlier run, which the daemon's kept links still point to."""
        for at, (name, server) in enumerate(self.servers.items()):
            await server.start(ports[name] if ports else port + at if port else 0)
        if self.hooks:
            self.hooks.start()
        return {name: server.port for name, server in self.servers.items()}

    async def stop(self):
        if self.hooks:
            await self.hooks.stop()
        for name, server in self.servers.items():
            server.stop()
            self.partners[name].store.close()


def read_secrets(folder):
    secrets = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            secrets[name] = file.read().strip()
    return secrets


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7101,
                        help="first of the four ports in a row; 0: free ones (default 7101)")
    parser.add_argument("--state", metavar="DIR",
                        help="keep the data here, and truth.json, which tells which rows are one thing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--secrets", metavar="DIR",
                        help="files unizo, voka, flandersdc, flandersdc-webhook, innovatiecentrum")
    parser.add_argument("--webhook-url", metavar="URL", help="where flandersdc sends its webhooks")
    parser.add_argument("--ports-file", metavar="FILE",
                        help="{partner: port} as JSON: used if it is there, written if not")
    parser.add_argument("--voka-limit", type=int, default=600, help="requests a second that voka allows (default 600)")
    parser.add_argument("--token-life", type=int, default=300, help="seconds a flandersdc token lives (default 300)")
    for word, count in (("companies", 2000), ("people", 5000), ("referrals", 300), ("participations", 600)):
        parser.add_argument("--" + word, type=int, default=count,
                            help=f"how many in the whole network (default {count})")
    return parser.parse_args()


async def main():
    args = arguments()
    sizes = {word: getattr(args, word) for word in ("companies", "people", "referrals", "participations")}
    network = Network(args.seed, args.state, read_secrets(args.secrets) if args.secrets else None, args.webhook_url,
                      sizes,
                      args.voka_limit, args.token_life)
    known = None
    if args.ports_file and os.path.exists(args.ports_file):
        with open(args.ports_file, encoding="utf-8") as file:
            known = json.load(file)
    ports = await network.start(args.port, known)
    if args.ports_file and not known:
        with open(args.ports_file + ".new", "w", encoding="utf-8") as file:
            json.dump(ports, file)
        os.replace(args.ports_file + ".new", args.ports_file)
    print(json.dumps(ports), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # Ctrl-C is not ours where a script keeps it for itself
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await network.stop()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except OSError as error:
        sys.exit(f"network.py: {error}")
