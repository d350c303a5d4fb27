# Tests of the installed thing and of the running daemon, in Python.
if(EXISTS ${PROJECT_SOURCE_DIR}/tests/support/demo_test.py)
  add_test(NAME support-demo COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/support/demo_test.py)
  set_tests_properties(support-demo PROPERTIES TIMEOUT 300)
endif()
