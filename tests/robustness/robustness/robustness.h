// What a server goes through. Each function prints a line of numbers, or throws Broken with what was wrong.
#pragma once

#include <stdexcept>
#include <string>

#include "protocol/http/wire.h"

namespace latchkey::robustness {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// An answer of AWS's kind that is no failure of the server: JSON or XML, below 500.
void require_proper(const http::test::Reply& reply, const std::string& sent);

void hold_connections(const std::string& program, int connections);
void wait_for_slow_clients(const std::string& program, int clients, bool until_given_up);
void answer_pipelined(const std::string& program, int requests);
void shrug_off_garbage(const std::string& program, int inputs, unsigned seed);
void end_with_requests_under_way(const std::string& program);
void soak(const std::string& program, int seconds);

}  // namespace latchkey::robustness
