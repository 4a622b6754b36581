#include "kms/attestation.h"

#include "core/encoding.h"

namespace latchkey::kms {
namespace {

constexpr int kDeepest = 16;
constexpr std::uint64_t kCoseSign1Tag = 18;
constexpr std::uint64_t kCoseSign1Parts = 4;

enum class Major { unsigned_integer, negative_integer, bytes, text, array, map, tag, simple };

struct Head {
  Major major;
  std::uint64_t argument;
};

// Reads CBOR items one after the other. Lengths are never trusted: what is not there ends the reading. Items
// of indefinite length are refused; the documents have none.
class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<Head> head() {
    if (rest_.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    const unsigned info = first & 0x1fU;
    std::uint64_t argument = info;
    if (info >= 24) {
      if (info > 27) return std::nullopt;
      const std::size_t size = std::size_t{1} << (info - 24);
      if (rest_.size() < size) return std::nullopt;
      argument = 0;
      for (std::size_t i = 0; i < size; ++i) argument = argument << 8 | static_cast<unsigned char>(rest_[i]);
      rest_.remove_prefix(size);
    }
    return Head{static_cast<Major>(first >> 5), argument};
  }

  // The next item, which must be of this kind: its length or number.
  std::optional<std::uint64_t> expect(Major major) {
    const auto next = head();
    return next && next->major == major ? std::optional(next->argument) : std::nullopt;
  }

  std::optional<std::string_view> string(Major major) {
    const auto size = expect(major);
    return size ? take(*size) : std::nullopt;
  }

  bool skip(int depth = 0) {
    const auto next = head();
    if (!next || depth > kDeepest) return false;
    switch (next->major) {
      case Major::unsigned_integer:
      case Major::negative_integer:
      case Major::simple:
        return true;
      case Major::bytes:
      case Major::text:
        return take(next->argument).has_value();
      case Major::tag:
        return skip(depth + 1);
      case Major::array:
        return skip_items(next->argument, depth);
      case Major::map:
        return skip_items(next->argument, depth) && skip_items(next->argument, depth);
    }
    return false;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::optional<std::string_view> take(std::uint64_t size) {
    if (size > rest_.size()) return std::nullopt;
    const std::string_view out = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(out.size());
    return out;
  }

  // Every item takes at least a byte, so a count that lies ends with the bytes.
  bool skip_items(std::uint64_t count, int depth) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!skip(depth + 1)) return false;
    }
    return true;
  }

  std::string_view rest_;
};

bool read_pcrs(CborReader& in, std::map<std::uint64_t, std::string>& out) {
  const auto count = in.expect(Major::map);
  if (!count) return false;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto index = in.expect(Major::unsigned_integer);
    const auto value = index ? in.string(Major::bytes) : std::nullopt;
    if (!value) return false;
    out[*index] = hex_encode(*value);
  }
  return true;
}

// Null where the enclave gave no key.
bool read_public_key(CborReader& in, std::string& out) {
  CborReader ahead = in;
  const auto next = ahead.head();
  if (!next || next->major != Major::bytes) return in.skip();
  out = *in.string(Major::bytes);
  return true;
}

std::optional<Attestation> parse_payload(std::string_view payload) {
  CborReader in(payload);
  const auto count = in.expect(Major::map);
  if (!count) return std::nullopt;
  Attestation out;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto name = in.string(Major::text);
    if (!name) return std::nullopt;
    bool read = false;
    if (*name == "pcrs") {
      read = read_pcrs(in, out.pcrs);
    } else if (*name == "nitrotpm_pcrs") {
      read = read_pcrs(in, out.nitrotpm_pcrs);
    } else if (*name == "public_key") {
      read = read_public_key(in, out.public_key);
    } else {
      read = in.skip();
    }
    if (!read) return std::nullopt;
  }
  return out;
}

}  // namespace

std::optional<Attestation> parse_attestation(std::string_view document) {
  CborReader in(document);
  auto first = in.head();
  if (first && first->major == Major::tag && first->argument == kCoseSign1Tag) first = in.head();
  if (!first || first->major != Major::array || first->argument != kCoseSign1Parts) return std::nullopt;
  const bool headers = in.string(Major::bytes) && in.skip();
  const auto payload = headers ? in.string(Major::bytes) : std::nullopt;
  if (!payload || !in.string(Major::bytes) || !in.rest().empty()) return std::nullopt;
  return parse_payload(*payload);
}

}  // namespace latchkey::kms
