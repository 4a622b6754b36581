// A bare cpp-httplib server in its best configuration, for comparison: it answers a POST with the bytes it got.
// Usage: echo_server PORT
#include <httplib.h>

#include <cstdlib>

int main(int argc, char* argv[]) {
  if (argc != 2) return 2;
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(512); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.Post("/", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.body, "application/x-amz-json-1.1");
  });
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
