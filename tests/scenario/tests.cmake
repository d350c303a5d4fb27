# Every text here is a scenario. Memory is watched in a part of its variants; tests/run plays more of them optimised.
add_executable(scenario-run scenario/run.c scenario/script.c scenario/people.c scenario/admin.c scenario/desk.c scenario/overdue.c
  scenario/system.c scenario/trouble.c scenario/drive.c)
target_link_libraries(scenario-run PRIVATE engine support PkgConfig::SQLITE)

file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/scenario/*.txt)
foreach(file ${scenarios})
  get_filename_component(name ${file} NAME_WE)
  add_test(NAME scenario-${name} COMMAND scenario-run --every 8 ${file})
  set_tests_properties(scenario-${name} PROPERTIES TIMEOUT 300 LABELS scenario)
endforeach()
