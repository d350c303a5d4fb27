# Programs of tests/bench/run; no test, since nothing is asserted about time.
add_executable(bench-server bench/server.c bench/partners.c bench/drive.c)
target_include_directories(bench-server PRIVATE bench)
target_link_libraries(bench-server PRIVATE base Threads::Threads)
if(EXISTS ${PROJECT_SOURCE_DIR}/daemon/core/mapping.c)
  add_executable(bench-bare bench/bare.c)
  target_link_libraries(bench-bare PRIVATE core PkgConfig::CURL PkgConfig::SQLITE)
endif()
