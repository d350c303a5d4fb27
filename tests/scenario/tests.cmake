# Every text here is a scenario, played in a sample of its variants; scenario-run --all FILE plays each one.
add_executable(scenario-run scenario/run.c scenario/script.c scenario/people.c scenario/admin.c scenario/desk.c
  scenario/system.c scenario/trouble.c scenario/drive.c)
target_link_libraries(scenario-run PRIVATE engine support PkgConfig::SQLITE)

file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/scenario/*.txt)
foreach(file ${scenarios})
  get_filename_component(name ${file} NAME_WE)
  add_test(NAME scenario-${name} COMMAND scenario-run ${file})
  set_tests_properties(scenario-${name} PROPERTIES TIMEOUT 300 LABELS scenario)
endforeach()
