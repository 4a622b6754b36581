#include <iostream>

#include "cli/commands.h"
#include "cli/options.h"
#include "http/certificate.h"

namespace latchkey::cli {

int ca_command(const std::vector<std::string>& args, std::ostream& out, std::ostream&) {
  Options options;
  take_environment(options);
  OptionReader reader(args);
  for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
    if (name == "--help") {
      out << "usage: latchkey ca [--data-dir DIR]\n\nPrints the path of the CA certificate that clients must trust for "
             "HTTPS, and makes the CA if there is none yet:\nthe one in DIR, else the one that servers without a data "
             "directory share.\n";
      return 0;
    }
    if (name != "--data-dir") throw UsageError("ca: unknown option " + name);
    options.data_dir = reader.value();
  }
  if (!reader.rest().empty()) throw UsageError("ca: unexpected argument '" + reader.rest().front() + "'");
  const std::string directory = options.data_dir.empty() ? default_ca_directory() : options.data_dir;
  if (directory.empty()) throw UsageError("ca: there is no home directory; use --data-dir");
  const http::Certificates certificates(directory);
  out << certificates.ca_path() << "\n";
  return 0;
}

}  // namespace latchkey::cli
