# The daemon killed under load, a few times; tests/kill/run does it 200 times and measures how soon it is ready again.
add_test(NAME kill-histories COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/kill/histories_test.py)
if(TARGET doorstroomd AND TARGET doorstroom AND EXISTS ${PROJECT_SOURCE_DIR}/conf/demo/network.py)
  add_test(NAME system-kill COMMAND python3 ${CMAKE_CURRENT_SOURCE_DIR}/kill/kill.py ${PROJECT_BINARY_DIR} --kills 20)
  set_tests_properties(system-kill PROPERTIES TIMEOUT 900)
endif()
