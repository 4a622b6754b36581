// AWS's signing test suite: a folder a case, as it lies in tests/data/sigv4.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/sigv4.h"
#include "support/paths.h"

namespace latchkey::sigv4::suite {

struct Case {
  std::filesystem::path folder;
  Credentials credentials;
  SigningOptions options;
  std::int64_t presign_seconds = 0;

  std::string name() const { return folder.filename().string(); }
  std::string file(std::string_view name) const {
    std::ifstream in(folder / name, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + (folder / name).string());
    return {std::istreambuf_iterator<char>(in), {}};
  }
  RawRequest request(std::string_view name) const {
    std::string error;
    auto parsed = parse_request(file(name), &error);
    if (!parsed) throw std::runtime_error(this->name() + ": " + error);
    return std::move(*parsed);
  }
};

// The value of a member of the small, flat context.json, without quotes; empty if it is not there.
inline std::string member(const std::string& json, const std::string& name) {
  const std::size_t key = json.find("\"" + name + "\":");
  if (key == std::string::npos) return {};
  std::size_t begin = json.find_first_not_of(' ', key + name.size() + 3);
  const bool text = json[begin] == '"';
  if (text) ++begin;
  const std::size_t end = json.find_first_of(text ? "\"" : ",\n}", begin);
  return json.substr(begin, end - begin);
}

inline Case load(const std::filesystem::path& folder, Algorithm algorithm) {
  Case found;
  found.folder = folder;
  const std::string context = found.file("context.json");
  found.credentials = {member(context, "access_key_id"), member(context, "secret_access_key"),
                       member(context, "token")};
  found.options.service = member(context, "service");
  found.options.region = member(context, "region");
  found.options.date = member(context, "timestamp");
  found.options.algorithm = algorithm;
  found.options.normalize_path = member(context, "normalize") == "true";
  found.options.sign_body = member(context, "sign_body") == "true";
  found.options.omit_session_token = member(context, "omit_session_token") == "true";
  found.presign_seconds = std::stoll(member(context, "expiration_in_seconds"));
  return found;
}

inline std::vector<Case> all(const std::string& version, Algorithm algorithm) {
  std::vector<Case> cases;
  const std::filesystem::path root = std::filesystem::path(test::data_path("sigv4")) / version;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    cases.push_back(load(entry.path(), algorithm));
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) { return a.folder < b.folder; });
  return cases;
}

// The suite's files have bare line feeds.
inline std::string with_line_feeds(std::string text) {
  std::erase(text, '\r');
  return text;
}

}  // namespace latchkey::sigv4::suite
