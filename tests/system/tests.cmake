# Tests of the installed thing and of the running daemon, in Python.
if(EXISTS ${PROJECT_SOURCE_DIR}/tests/support/demo_test.py)
  add_test(NAME support-demo COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/support/demo_test.py)
  set_tests_properties(support-demo PROPERTIES TIMEOUT 300)
endif()
if(TARGET doorstroomd AND TARGET doorstroom)
  add_test(NAME system-install COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/system/install.py ${PROJECT_BINARY_DIR})
  set_tests_properties(system-install PROPERTIES TIMEOUT 120)
endif()
