# The simulation (README.md): `run` plays it optimised, in a preset of its own; here the seeds of fixed bugs, with sanitizers.
file(GLOB sim_sources CONFIGURE_DEPENDS sim/*.c)
add_executable(sim ${sim_sources})
target_link_libraries(sim PRIVATE engine support PkgConfig::SQLITE)
add_test(NAME sim-seeds COMMAND sim --jobs 2 --each --list ${CMAKE_CURRENT_SOURCE_DIR}/sim/seeds)
set_tests_properties(sim-seeds PROPERTIES TIMEOUT 600 LABELS sim PROCESSORS 2)

# Where mechanisms can be switched off (preset sim): a failure is shrunk, told as a scenario, and fails as one.
if(MUTANTS)
  foreach(mechanism read-verify-write)
    add_test(NAME sim-retell-${mechanism} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/sim/retell $<TARGET_FILE:sim> $<TARGET_FILE:scenario-run> ${mechanism} 1)
    set_tests_properties(sim-retell-${mechanism} PROPERTIES TIMEOUT 900 LABELS sim)
  endforeach()
endif()
