add_test(NAME layers-includes COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/layers/check.py includes ${PROJECT_SOURCE_DIR})
add_test(NAME layers-symbols
  COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/layers/check.py symbols $<TARGET_FILE:base> $<TARGET_FILE:core>)
add_test(NAME layers-selftest COMMAND python3 ${PROJECT_SOURCE_DIR}/tests/layers/check.py selftest ${CMAKE_C_COMPILER})
