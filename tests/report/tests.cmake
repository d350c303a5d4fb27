# Reports over what partners delivered, played through the hub's own matching: tests/report/*.py.
if(TARGET doorstroom)
  add_executable(report-drive report/drive.c)
  target_link_libraries(report-drive PRIVATE engine)
  foreach(name figures funnel input merges page sheet successors)
    add_test(NAME report-${name} COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/report/${name}.py ${PROJECT_BINARY_DIR})
    set_tests_properties(report-${name} PROPERTIES TIMEOUT 300)
  endforeach()
endif()
