#include "http/message_reader.h"

#include <algorithm>

namespace latchkey::http {
namespace {

// A chunk's size with its extensions, which nobody sends.
constexpr std::size_t kMaxChunkLine = 1024;
// The body's memory is kept for the next request up to here.
constexpr std::size_t kKeepBody = 64 * 1024;

// What a client says is coming is believed up to here; the rest takes memory when it is there.
constexpr std::size_t kReserve = 1024 * 1024;

constexpr Refusal kBodyTooLarge{413, "The request's body is too large."};
constexpr Refusal kHeadTooLarge{431, "The request's headers are too large."};
constexpr Refusal kTargetTooLong{414, "The request's target is too long."};
constexpr Refusal kBadChunk{400, "The chunked body is malformed."};

// "1a;extension" to 26.
std::optional<std::uint64_t> chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t used = 0;
  for (; used < line.size(); ++used) {
    const char c = line[used];
    const char lower = static_cast<char>(c | 0x20);
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      digit = static_cast<unsigned>(lower - 'a') + 10;
    } else {
      break;
    }
    if (used == 15) return std::nullopt;
    size = size * 16 + digit;
  }
  if (used == 0) return std::nullopt;
  const std::string_view rest = line.substr(used);
  const std::size_t mark = rest.find_first_not_of(" \t");
  if (mark != std::string_view::npos && rest[mark] != ';') return std::nullopt;
  return size;
}

}  // namespace

MessageReader::Outcome MessageReader::refuse(Refusal refusal) {
  refusal_ = refusal;
  return Outcome::refused;
}

// A request may have begun with bytes that came with the one before, so that no read has seen it begin.
bool MessageReader::fill_begun() {
  if (socket_.resting()) socket_.hurry();
  return input_.fill();
}

MessageReader::Outcome MessageReader::read(sigv4::RawRequest& request, Framing& framing) {
  if (request.body.capacity() > kKeepBody) request.body = {};
  request.body.clear();
  input_.trim();
  socket_.rest();
  head_read_ = false;
  const Outcome outcome = read_head(request, framing);
  if (outcome != Outcome::message) return outcome;
  head_read_ = true;
  return read_body(request, framing);
}

// A request as nearly all are: one that is framed by its length and wants nothing special.
MessageReader::Outcome MessageReader::read_ready(sigv4::RawRequest& request, Framing& framing) {
  skip_empty_lines();
  const std::string_view bytes = input_.view();
  std::size_t scanned = 0;
  const std::size_t size = find_head_end(bytes, scanned);
  if (size == std::string_view::npos || size > options_.max_head_bytes) return Outcome::later;
  if (parse_head(bytes.substr(0, size), request, framing)) return Outcome::later;
  if (framing.chunked || framing.connect || framing.expects_continue) return Outcome::later;
  if (framing.content_length > std::min(options_.max_body_bytes, bytes.size() - size)) return Outcome::later;
  if (request.body.capacity() > kKeepBody) request.body = {};
  request.body.assign(bytes.substr(size, framing.content_length));
  input_.consume(size + framing.content_length);
  return Outcome::message;
}

// RFC 9112, 2.2: empty lines before a request are to be ignored; old clients send one behind a body.
void MessageReader::skip_empty_lines() {
  while (true) {
    const std::string_view bytes = input_.view();
    if (bytes.starts_with("\r\n")) {
      input_.consume(2);
    } else if (bytes.starts_with('\n')) {
      input_.consume(1);
    } else {
      return;
    }
  }
}

MessageReader::Outcome MessageReader::read_head(sigv4::RawRequest& request, Framing& framing) {
  std::size_t scanned = 0;
  while (true) {
    if (scanned == 0) skip_empty_lines();
    const std::string_view bytes = input_.view();
    const std::size_t size = find_head_end(bytes, scanned);
    if (std::min(size, bytes.size()) > options_.max_head_bytes) {
      const bool in_target = bytes.substr(0, options_.max_head_bytes).find('\n') == std::string_view::npos;
      return refuse(in_target ? kTargetTooLong : kHeadTooLarge);
    }
    if (size != std::string_view::npos) {
      const Refusal refusal = parse_head(bytes.substr(0, size), request, framing);
      input_.consume(size);
      return refusal ? refuse(refusal) : Outcome::message;
    }
    if (bytes.size() < 2) scanned = 0;  // perhaps half of an empty line
    if (!(input_.empty() ? input_.fill() : fill_begun())) return Outcome::ended;
  }
}

MessageReader::Outcome MessageReader::read_body(sigv4::RawRequest& request, const Framing& framing) {
  if (!framing.chunked && framing.content_length == 0) return Outcome::message;
  const std::size_t limit = options_.body_limit ? options_.body_limit(request) : options_.max_body_bytes;
  if (framing.content_length > limit) return refuse(kBodyTooLarge);
  // A client that has sent the body without waiting needs no leave to do so.
  const bool waits = framing.chunked ? input_.empty() : input_.view().size() < framing.content_length;
  if (framing.expects_continue && waits && !input_.stream().write("HTTP/1.1 100 Continue\r\n\r\n")) {
    return Outcome::ended;
  }
  if (framing.chunked) return read_chunks(request.body, limit);
  request.body.reserve(std::min<std::uint64_t>(framing.content_length, kReserve));
  return read_exactly(request.body, framing.content_length);
}

MessageReader::Outcome MessageReader::read_exactly(std::string& body, std::uint64_t size) {
  while (size > 0) {
    if (input_.empty() && !fill_begun()) return Outcome::ended;
    const std::string_view bytes = input_.view().substr(0, size);
    body.append(bytes);
    input_.consume(bytes.size());
    size -= bytes.size();
  }
  return Outcome::message;
}

MessageReader::Outcome MessageReader::read_line(std::size_t limit, Refusal too_long, std::string_view& line) {
  std::size_t scanned = 0;
  while (true) {
    const std::string_view bytes = input_.view();
    const std::size_t end = bytes.find('\n', scanned);
    if (std::min(end, bytes.size()) > limit) return refuse(too_long);
    if (end != std::string_view::npos) {
      line = bytes.substr(0, end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      input_.consume(end + 1);
      return Outcome::message;
    }
    scanned = bytes.size();
    if (!fill_begun()) return Outcome::ended;
  }
}

MessageReader::Outcome MessageReader::read_chunks(std::string& body, std::size_t limit) {
  while (true) {
    std::string_view line;
    Outcome outcome = read_line(kMaxChunkLine, kBadChunk, line);
    if (outcome != Outcome::message) return outcome;
    const std::optional<std::uint64_t> size = chunk_size(line);
    if (!size) return refuse(kBadChunk);
    if (*size == 0) return skip_trailers();
    if (*size > limit - body.size()) return refuse(kBodyTooLarge);
    outcome = read_exactly(body, *size);
    if (outcome != Outcome::message) return outcome;
    outcome = read_line(kMaxChunkLine, kBadChunk, line);
    if (outcome != Outcome::message) return outcome;
    if (!line.empty()) return refuse(kBadChunk);
  }
}

MessageReader::Outcome MessageReader::skip_trailers() {
  std::size_t left = options_.max_head_bytes;
  while (true) {
    std::string_view line;
    const Outcome outcome = read_line(left, kHeadTooLarge, line);
    if (outcome != Outcome::message || line.empty()) return outcome;
    left -= std::min(left, line.size() + 2);
  }
}

}  // namespace latchkey::http
