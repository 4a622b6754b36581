// latchkey sign: signs a raw HTTP request.
#include <charconv>
#include <chrono>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/signing.h"

namespace latchkey::cli {
namespace {

constexpr std::string_view kUsage =
    "usage: latchkey sign --service NAME --region NAME --access-key-id ID --secret-access-key KEY [OPTIONS] "
    "< REQUEST\n"
    "\n"
    "Signs an HTTP/1.1 request (request line, headers, blank line, body) with AWS Signature Version 4.\n"
    "\n";
constexpr std::string_view kOptions =
    "  --date TIME              20150830T123600Z (default: now)\n"
    "  --presign SECONDS        sign in the query instead of the Authorization header\n"
    "  --algorithm NAME         AWS4-HMAC-SHA256 (default) or AWS4-ECDSA-P256-SHA256\n"
    "  --no-sign-body           add no x-amz-content-sha256 header (the signature covers the body all the "
    "same)\n"
    "  --omit-session-token     add the session token after signing\n"
    "  --show WHAT              request (default), canonical-request, string-to-sign or signature\n"
    "\n"
    "The signed request's lines end as those of the request that was read. A header\n"
    "x-amz-content-sha256: UNSIGNED-PAYLOAD leaves the body out of the signature.\n";

struct Arguments : SigningArguments {
  std::string show = "request";
};

std::int64_t seconds(const std::string& value) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (problem != std::errc() || end != value.data() + value.size() || number < 1) {
    throw UsageError("--presign: '" + value + "' is not a number of seconds");
  }
  return number;
}

sigv4::Algorithm algorithm(const std::string& value) {
  if (value == "AWS4-HMAC-SHA256") return sigv4::Algorithm::hmac_sha256;
  if (value == "AWS4-ECDSA-P256-SHA256") return sigv4::Algorithm::ecdsa_p256_sha256;
  throw UsageError("--algorithm: '" + value + "' is not AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256");
}

std::string show(const std::string& value) {
  for (const std::string_view piece : {"request", "canonical-request", "string-to-sign", "signature"}) {
    if (value == piece) return value;
  }
  throw UsageError("--show: '" + value + "' is not request, canonical-request, string-to-sign or signature");
}

void take_option(const std::string& name, OptionReader& reader, Arguments& arguments) {
  if (take_signing_option(name, reader, arguments)) return;
  if (name == "--presign") {
    arguments.options.presign_seconds = seconds(reader.value());
  } else if (name == "--algorithm") {
    arguments.options.algorithm = algorithm(reader.value());
  } else if (name == "--show") {
    arguments.show = show(reader.value());
  } else if (name == "--no-sign-body") {
    reader.no_value();
    arguments.options.sign_body = false;
  } else if (name == "--omit-session-token") {
    reader.no_value();
    arguments.options.omit_session_token = true;
  } else {
    throw UsageError("unknown option " + name);
  }
}

std::string now() {
  using namespace std::chrono;
  return sigv4::format_date(
      duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count());
}

// The head's lines as they came in; the body's are never touched.
std::string text_of(const sigv4::RawRequest& request, bool bare_line_feeds) {
  const std::string text = sigv4::to_text(request);
  if (!bare_line_feeds) return text;
  std::string head = text.substr(0, text.size() - request.body.size());
  std::erase(head, '\r');
  return head + request.body;
}

std::string signed_piece(std::istream& in, Arguments& arguments) {
  bool bare_line_feeds = false;
  sigv4::RawRequest request = read_request(in, &bare_line_feeds);
  if (arguments.options.date.empty()) arguments.options.date = now();
  const sigv4::Signed result = sigv4::sign(std::move(request), arguments.credentials, arguments.options);
  if (arguments.show == "canonical-request") return result.canonical_request;
  if (arguments.show == "string-to-sign") return result.string_to_sign;
  if (arguments.show == "signature") return result.signature;
  return text_of(result.request, bare_line_feeds);
}

}  // namespace

int sign_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                 std::ostream& err) {
  try {
    Arguments arguments;
    OptionReader reader(args);
    for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
      if (name == "--help" || name == "-h") {
        out << kUsage << signing_options_help() << kOptions;
        return 0;
      }
      take_option(name, reader, arguments);
    }
    if (!reader.rest().empty()) throw UsageError("unexpected argument '" + reader.rest().front() + "'");
    require_signing_options(arguments);
    out << signed_piece(in, arguments) << std::flush;
    return 0;
  } catch (const UsageError& error) {
    err << "latchkey sign: " << error.what() << "\n";
  } catch (const std::invalid_argument& error) {
    err << "latchkey sign: " << error.what() << "\n";
  }
  return 2;
}

}  // namespace latchkey::cli
