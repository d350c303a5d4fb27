# Programs of tests/bench/run; no test, since nothing is asserted about time.
add_executable(bench-server bench/server.c bench/partners.c bench/drive.c)
target_include_directories(bench-server PRIVATE bench)
target_link_libraries(bench-server PRIVATE base Threads::Threads)
if(EXISTS ${PROJECT_SOURCE_DIR}/daemon/core/mapping.c)
  add_executable(bench-bare bench/bare.c)
  target_link_libraries(bench-bare PRIVATE core PkgConfig::CURL PkgConfig::SQLITE)
endif()

# How well and how fast records are matched: tests/bench/match/run. A small run with bounds on quality is a test.
if(TARGET engine AND TARGET support)
  file(GLOB sources CONFIGURE_DEPENDS bench/match/*.c)
  add_executable(bench-match ${sources})
  target_include_directories(bench-match PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(bench-match PRIVATE engine support)
  # Quality, not time: less than this is a step back.
  add_test(NAME match-companies COMMAND bench-match --companies 2000 --precision 0.995 --recall 0.94 --review 0.02 companies)
  add_test(NAME match-contacts COMMAND bench-match --companies 2000 --precision 0.99 --recall 0.40 contacts)
  add_test(NAME match-no-numbers COMMAND bench-match --companies 2000 --precision 0.995 --recall 0.89 --review 0.03 no-numbers)
endif()
