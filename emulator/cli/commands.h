// The commands of the latchkey program, one file each. A command takes its arguments without the program's and its own
// name, and returns the exit status: 2 for anything the caller got wrong, with one line on err.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace latchkey::cli {

int serve_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);
int exec_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);
int run_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);
int simulate_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err);
int sign_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err);
int verify_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out, std::ostream& err);
int ca_command(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);

}  // namespace latchkey::cli
