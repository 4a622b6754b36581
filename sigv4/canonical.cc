#include "sigv4/canonical.h"

#include <algorithm>

#include "sigv4/crypto.h"
#include "sigv4/text.h"

namespace latchkey::sigv4 {
namespace {

// "", ".", ".." and repeated slashes as AWS resolves them: a trailing slash stays only after a name.
std::string normalized_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string out;
  out.reserve(path.size() + 1);
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (kept.empty() || path.ends_with('/')) out += '/';
  return out;
}

}  // namespace

Target split_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    break;
  }
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

QueryParameters parse_query(std::string_view query) {
  QueryParameters parameters;
  if (query.empty()) return parameters;
  for (const std::string_view piece : split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : piece.substr(equals + 1);
    parameters.emplace_back(decode(piece.substr(0, equals)), decode(value));
  }
  return parameters;
}

std::string canonical_uri(std::string_view path, bool normalize) {
  if (path.empty() || path == "/") return "/";
  return normalize ? encode(normalized_path(path), "/") : encode(path, "/%");
}

std::string canonical_query(QueryParameters parameters, std::span<const std::string_view> without) {
  std::erase_if(parameters, [without](const auto& parameter) {
    return std::find(without.begin(), without.end(), parameter.first) != without.end();
  });
  for (auto& [name, value] : parameters) {
    name = encode(name);
    value = encode(value);
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string canonical_value(std::string_view value) {
  value = trim(value);
  if (std::none_of(value.begin(), value.end(), is_blank)) return std::string(value);
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_blank(value[i])) {
      out += value[i];
    } else if (!is_blank(value[i - 1])) {  // a trimmed value does not begin with a blank
      out += ' ';
    }
  }
  return out;
}

std::string canonical_header(const std::vector<Header>& headers, std::string_view name) {
  std::string out;
  bool first = true;
  for (const Header& header : headers) {
    if (!same_name(header.name, name)) continue;
    if (first) {
      out = canonical_value(header.value);
    } else {
      out.append(1, ',').append(canonical_value(header.value));
    }
    first = false;
  }
  return out;
}

std::string CanonicalRequest::signed_headers() const {
  std::string out;
  for (const auto& [name, value] : headers) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string CanonicalRequest::text() const {
  std::size_t size = method.size() + uri.size() + query.size() + payload_hash.size() + 8;
  for (const auto& [name, value] : headers) size += 2 * name.size() + value.size() + 3;
  std::string out;
  out.reserve(size);
  out.append(method).append("\n").append(uri).append("\n").append(query).append("\n");
  for (const auto& [name, value] : headers) out.append(name).append(":").append(value).append("\n");
  return out.append("\n").append(signed_headers()).append("\n").append(payload_hash);
}

CanonicalRequest canonicalize(const RawRequest& request, const std::vector<std::string>& signed_headers,
                              std::string payload_hash, const CanonicalOptions& options) {
  const Target target = split_target(request.target);
  CanonicalRequest canonical;
  canonical.method = request.method;
  canonical.uri = canonical_uri(target.path, options.normalize_path);
  if (!target.query.empty()) canonical.query = canonical_query(parse_query(target.query), options.without);
  canonical.headers.reserve(signed_headers.size());
  for (const std::string& name : signed_headers) {
    canonical.headers.emplace_back(name, canonical_header(request.headers, name));
  }
  canonical.payload_hash = std::move(payload_hash);
  return canonical;
}

std::string string_to_sign(std::string_view algorithm, std::string_view date, std::string_view scope,
                           std::string_view canonical_request) {
  std::string out;
  out.reserve(algorithm.size() + date.size() + scope.size() + 67);
  out.append(algorithm).append("\n").append(date).append("\n").append(scope).append("\n");
  return out.append(hex(sha256(canonical_request)));
}

}  // namespace latchkey::sigv4
