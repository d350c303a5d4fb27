# The simulation (README.md): `run` plays it optimised, in a preset of its own; here the seeds of fixed bugs, with sanitizers.
file(GLOB sim_sources CONFIGURE_DEPENDS sim/*.c)
add_executable(sim ${sim_sources})
target_link_libraries(sim PRIVATE engine support PkgConfig::SQLITE)
add_test(NAME sim-seeds COMMAND sim --jobs 2 --each --list ${CMAKE_CURRENT_SOURCE_DIR}/sim/seeds)
set_tests_properties(sim-seeds PROPERTIES TIMEOUT 600 LABELS sim PROCESSORS 2)
