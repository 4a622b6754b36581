// latchkey verify: says whether a signed request verifies and, if not, where it diverges.
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/signing.h"

namespace latchkey::cli {
namespace {

using sigv4::Claim;
using sigv4::Dialect;
using sigv4::ErrorCode;
using sigv4::Failure;
using sigv4::RawRequest;

constexpr std::string_view kUsage =
    "usage: latchkey verify --service NAME --region NAME --access-key-id ID --secret-access-key KEY "
    "[OPTIONS] < REQUEST\n"
    "\n"
    "Reads a signed HTTP/1.1 request and prints ok (exit status 0), or AWS's error and the first difference "
    "(1).\n"
    "\n";
constexpr std::string_view kOptions =
    "  --date TIME              the time of verification, 20150830T123600Z (default: the request's own date, "
    "so that\n"
    "                           its age does not count)\n";

// Why a request is refused: AWS's answer, and what differs in the caller's terms.
struct Refusal {
  Failure failure;
  std::string difference;
};

Dialect dialect_of(const std::string& service) { return service == "kms" ? Dialect::json : Dialect::query; }

sigv4::Expectation expectation(const SigningArguments& arguments, const Claim& claim) {
  // KMS is stricter with clocks than IAM and STS.
  constexpr std::int64_t kJsonWindow = 300, kQueryWindow = 900;
  sigv4::Expectation expected;
  expected.service = arguments.options.service;
  expected.region = arguments.options.region;
  expected.window_seconds = dialect_of(expected.service) == Dialect::json ? kJsonWindow : kQueryWindow;
  const std::string& date = arguments.options.date.empty() ? claim.date : arguments.options.date;
  if (const auto now = sigv4::parse_date(date)) expected.now = {*now};
  return expected;
}

std::string quoted(const std::string& text) { return "'" + text + "'"; }

Refusal invalid_token(std::string_view stop, std::string difference) {
  Refusal refusal;
  refusal.failure.code = ErrorCode::invalid_client_token_id;
  refusal.failure.message = "The security token included in the request is invalid";
  refusal.failure.message += stop;
  refusal.difference = std::move(difference);
  return refusal;
}

std::optional<Refusal> check_credentials(const Claim& claim, const sigv4::Credentials& credentials) {
  if (claim.access_key_id != credentials.access_key_id) {
    return invalid_token(".", "the access key id: the request has " + quoted(claim.access_key_id) + ", not " +
                                  quoted(credentials.access_key_id));
  }
  if (claim.session_token == credentials.session_token) return std::nullopt;
  if (claim.session_token.empty()) return invalid_token(".", "the request has no session token");
  return invalid_token("", credentials.session_token.empty()
                               ? "the request has a session token, the credentials have none"
                               : "the request has another session token");
}

Refusal explain_mismatch(const RawRequest& request, const Claim& claim, const sigv4::Verdict& verdict,
                         const SigningArguments& arguments) {
  std::string text = "the signature: the request has " + quoted(claim.signature) +
                     ", these credentials give " + quoted(verdict.expected_signature) + "\nlikely cause: " +
                     sigv4::likely_cause(request, claim, verdict, arguments.credentials.secret_access_key,
                                         arguments.options.normalize_path) +
                     "\n\ncanonical request, as received:\n" + verdict.canonical_request +
                     "\n\nstring to sign:\n" + verdict.string_to_sign;
  return {sigv4::signature_mismatch(), std::move(text)};
}

std::optional<Refusal> verify(const RawRequest& request, const SigningArguments& arguments) {
  const Dialect dialect = dialect_of(arguments.options.service);
  const auto read = sigv4::read_claim(request, dialect);
  if (read.failure) return Refusal{*read.failure, ""};
  const Claim& claim = *read.claim;
  if (auto failure = sigv4::check_claim(request, claim, expectation(arguments, claim), dialect)) {
    return Refusal{std::move(*failure), ""};
  }
  if (auto refusal = check_credentials(claim, arguments.credentials)) return refusal;
  const auto key = sigv4::signing_key(arguments.credentials.secret_access_key, claim.scope_date, claim.region,
                                      claim.service);
  const sigv4::Verdict verdict =
      sigv4::verify_signature(request, claim, key, arguments.options.normalize_path);
  if (verdict.ok) return std::nullopt;
  return explain_mismatch(request, claim, verdict, arguments);
}

int report(const std::optional<Refusal>& refusal, Dialect dialect, std::ostream& out) {
  if (!refusal) {
    out << "ok\n" << std::flush;
    return 0;
  }
  const Failure& failure = refusal->failure;
  out << sigv4::error_name(failure.code, dialect);
  if (!failure.message.empty()) out << ": " << failure.message;
  out << "\n";
  if (!refusal->difference.empty()) out << "first difference: " << refusal->difference << "\n";
  out << std::flush;
  return 1;
}

}  // namespace

int verify_command(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                   std::ostream& err) {
  try {
    SigningArguments arguments;
    OptionReader reader(args);
    for (std::string name = reader.next(); !name.empty(); name = reader.next()) {
      if (name == "--help" || name == "-h") {
        out << kUsage << signing_options_help() << kOptions;
        return 0;
      }
      if (!take_signing_option(name, reader, arguments)) throw UsageError("unknown option " + name);
    }
    if (!reader.rest().empty()) throw UsageError("unexpected argument '" + reader.rest().front() + "'");
    require_signing_options(arguments);
    return report(verify(read_request(in, nullptr), arguments), dialect_of(arguments.options.service), out);
  } catch (const UsageError& error) {
    err << "latchkey verify: " << error.what() << "\n";
  }
  return 2;
}

}  // namespace latchkey::cli
