#include "pipeline/abridge.h"

#include <algorithm>

namespace latchkey {
namespace {

constexpr std::size_t kName = 1024;             // ids, names, addresses
constexpr std::size_t kText = 2 * 1024;         // messages, user agents
constexpr std::size_t kTrace = 16 * 1024;       // a canonical request
constexpr std::size_t kParameters = 64 * 1024;  // all of them together
constexpr std::size_t kParameter = 512;         // each, where there are too many

void cut(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  const std::string rest = "... (" + std::to_string(text.size() - limit) + " bytes more)";
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U)
    --limit;  // not within a character
  text.resize(limit);
  text.append(rest).shrink_to_fit();
}

std::size_t size_of(const Value& value) {
  constexpr std::size_t kOverhead = sizeof(Value);
  if (const auto* text = value.get_if<std::string>()) return kOverhead + text->size();
  if (const auto* blob = value.get_if<Blob>()) return kOverhead + blob->bytes.size();
  std::size_t size = kOverhead;
  if (const auto* list = value.get_if<List>()) {
    for (const Value& part : *list) size += size_of(part);
  }
  if (const auto* members = value.get_if<Members>()) {
    for (const auto& [name, part] : *members) size += name.size() + size_of(part);
  }
  return size;
}

void shorten(Value& value) {
  if (value.is<std::string>()) cut(value.get<std::string>(), kParameter);
  if (value.is<Blob>()) {
    std::string& bytes = value.get<Blob>().bytes;
    bytes.resize(std::min(bytes.size(), kParameter));
    bytes.shrink_to_fit();
  }
  if (value.is<List>()) {
    for (Value& part : value.get<List>()) shorten(part);
  }
  if (value.is<Members>()) {
    for (auto& [name, part] : value.get<Members>()) shorten(part);
  }
}

}  // namespace

void abridge(Entry& entry) {
  for (std::string* name : {&entry.principal, &entry.account, &entry.access_key_id, &entry.service,
                            &entry.operation, &entry.region, &entry.error_code}) {
    cut(*name, kName);
  }
  cut(entry.user_agent, kText);
  cut(entry.error_message, kText);
  if (entry.signature) {
    cut(entry.signature->canonical_request, kTrace);
    cut(entry.signature->string_to_sign, kTrace);
    cut(entry.signature->cause, kText);
  }
  Value parameters(std::move(entry.parameters));
  const std::size_t size = size_of(parameters);
  if (size > kParameters) shorten(parameters);
  if (size > kParameters && size_of(parameters) > kParameters) {
    parameters = Members{{"NotKept", std::to_string(size) + " bytes"}};
  }
  entry.parameters = std::move(parameters.get<Members>());
}

}  // namespace latchkey
