#include "cli/signing.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <utility>

namespace latchkey::cli {
namespace {

void drop_added_line_breaks(sigv4::RawRequest& request) {
  const auto length = request.header("content-length");
  while (length && std::to_string(request.body.size()) != *length &&
         (request.body.ends_with('\n') || request.body.ends_with('\r'))) {
    request.body.pop_back();
  }
}

}  // namespace

bool take_signing_option(const std::string& name, OptionReader& reader, SigningArguments& arguments) {
  const std::pair<std::string_view, std::string*> kTexts[] = {
      {"--service", &arguments.options.service},
      {"--region", &arguments.options.region},
      {"--access-key-id", &arguments.credentials.access_key_id},
      {"--secret-access-key", &arguments.credentials.secret_access_key},
      {"--session-token", &arguments.credentials.session_token},
      {"--date", &arguments.options.date},
  };
  for (const auto& [option, text] : kTexts) {
    if (name != option) continue;
    *text = reader.value();
    if (name == "--date" && !sigv4::parse_date(*text)) {
      throw UsageError("--date: '" + *text + "' is not of the form 20150830T123600Z");
    }
    return true;
  }
  if (name != "--no-normalize") return false;
  reader.no_value();
  arguments.options.normalize_path = false;
  return true;
}

void require_signing_options(const SigningArguments& arguments) {
  const std::pair<std::string_view, const std::string*> kRequired[] = {
      {"--service", &arguments.options.service},
      {"--region", &arguments.options.region},
      {"--access-key-id", &arguments.credentials.access_key_id},
      {"--secret-access-key", &arguments.credentials.secret_access_key},
  };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto check = [&](std::string_view option, const std::string& text) {
    // It would begin another line of the head.
    if (std::any_of(text.begin(), text.end(), is_control)) throw UsageError(std::string(option) + " has a control character");
  };
  for (const auto& [option, text] : kRequired) {
    if (text->empty()) throw UsageError(std::string(option) + " is required");
    check(option, *text);
  }
  check("--session-token", arguments.credentials.session_token);
}

std::string_view signing_options_help() {
  return "  --service NAME           kms, iam, sts...\n"
         "  --region NAME            us-east-1...\n"
         "  --access-key-id ID\n"
         "  --secret-access-key KEY\n"
         "  --session-token TOKEN    of temporary credentials\n"
         "  --no-normalize           take the path as it is, as Amazon S3 does\n";
}

sigv4::RawRequest read_request(std::istream& in, bool* bare_line_feeds) {
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::string error;
  auto request = sigv4::parse_request(text, &error);
  if (!request) throw UsageError("cannot read the request: " + error);
  const std::size_t line_end = text.find('\n');
  if (bare_line_feeds != nullptr) {
    *bare_line_feeds = line_end != std::string::npos && line_end > 0 && text[line_end - 1] != '\r';
  }
  drop_added_line_breaks(*request);
  return std::move(*request);
}

}  // namespace latchkey::cli
