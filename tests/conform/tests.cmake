# The conformance suite of `doorstroom adapter check`: against partners in memory, honest and lying.
add_executable(conform-check conform/check.c conform/liar.c conform/lies.c)
target_link_libraries(conform-check PRIVATE engine support PkgConfig::CMOCKA)
add_test(NAME conform-check COMMAND conform-check)
set_tests_properties(conform-check PROPERTIES TIMEOUT 300)
if(TARGET doorstroomd AND TARGET doorstroom AND EXISTS ${PROJECT_SOURCE_DIR}/conf/demo/network.py)
  add_test(NAME conform-live COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/conform/live.py ${PROJECT_BINARY_DIR})
  set_tests_properties(conform-live PROPERTIES TIMEOUT 600)
endif()
