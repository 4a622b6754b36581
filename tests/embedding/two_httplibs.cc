// What a header-only cpp-httplib of another version leaves in a program: the same names, another layout.
#include <latchkey/emulator.h>

#include <iostream>
#include <stdexcept>

namespace httplib {
class Server {
 public:
  Server();
  virtual ~Server();
  bool listen_after_bind();
  long other_layout[100] = {};
};
Server::Server() = default;
Server::~Server() = default;
bool Server::listen_after_bind() { return other_layout[0] != 0; }
}  // namespace httplib

int main() {
  try {
    const latchkey::Emulator emulator;
  } catch (const std::runtime_error& refused) {
    std::cout << refused.what() << "\n";
    return std::string(refused.what()).find("two copies of cpp-httplib") == std::string::npos;
  }
  std::cout << "started beside another cpp-httplib\n";
  return 1;
}
