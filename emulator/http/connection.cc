#include "http/connection.h"

#include <stdexcept>

#include "http/certificate.h"
#include "http/names.h"

namespace latchkey::http {
namespace {

// The content type that every TLS connection begins with; no HTTP method does.
constexpr char kTlsHandshake = 0x16;
constexpr std::size_t kMaxLayers = 2;  // TLS to the proxy, and TLS through it
constexpr std::size_t kKeepAnswer = 64 * 1024;
constexpr int kStayTime = 100;  // milliseconds that a connection keeps its thread between two requests

}  // namespace

Connection::Connection(int descriptor, const ServerOptions& options, Certificates& certificates,
                       const Server::Handler& handler, const std::atomic<bool>& stopping)
    : options_(options),
      certificates_(certificates),
      handler_(handler),
      stopping_(stopping),
      socket_(descriptor, options.idle_timeout_ms, options.head_timeout_ms),
      stream_(&socket_),
      input_(socket_),
      reader_(input_, socket_, options) {
  message_.peer_address = socket_.peer_address();
}

Connection::Turn Connection::serve_ready() {
  socket_.be_patient(false);
  while (true) {
    if (!input_.fill()) {
      if (!stream_->starved()) return end();
      // A piece of a record has come: a thread will see to it that the rest does in time.
      return layers_.empty() ? Turn::rests : Turn::waits;
    }
    if (!protocol_known_ && input_.view().front() == kTlsHandshake) return Turn::waits;
    protocol_known_ = true;
    while (!input_.empty()) {
      if (reader_.read_ready(message_.request, framing_) != MessageReader::Outcome::message) {
        if (input_.empty()) break;  // there were but empty lines
        return Turn::waits;
      }
      unanswered_ = true;
      if (!quick()) return Turn::waits;
      ends_ = answer_message() == Next::end;
      if (ends_ && !socket_.has_unsent()) return Turn::ended;
      if (socket_.has_unsent()) return Turn::waits;
      if (stopping_.load(std::memory_order_relaxed)) return end();
    }
    input_.trim();
    // A socket that has more says so again; what a layer above it holds, nobody would speak of.
    if (!stream_->holds_more()) return Turn::rests;
  }
}

Connection::Turn Connection::serve_patiently() {
  socket_.be_patient(true);
  if (!socket_.send_rest()) return Turn::ended;
  if (ends_) return Turn::ended;
  bool easy = false;
  while (true) {
    if (!protocol_known_) {
      if (!choose_protocol()) return Turn::ended;
      easy = true;
    }
    Next next = Next::request;
    if (rests(easy)) return Turn::rests;
    if (unanswered_) {
      next = answer_message();
    } else {
      if (stopping_.load(std::memory_order_relaxed)) return end();
      next = read_and_answer(easy);
    }
    if (next == Next::end) return Turn::ended;
    protocol_known_ = next != Next::tunnel;
  }
}

// After an easy request, at once; after another one, when the next is long in coming: it would be waited for again.
bool Connection::rests(bool easy) const {
  if (unanswered_ || !input_.empty() || stream_->holds_more()) return false;
  return easy || !socket_.readable_within(kStayTime);
}

void Connection::give_up() {
  socket_.be_patient(false);
  stream_->finish();
}

Connection::Turn Connection::end() {
  stream_->finish();
  return Turn::ended;
}

bool Connection::choose_protocol() {
  if (input_.empty()) {
    socket_.rest();
    if (!input_.fill()) return false;
  }
  protocol_known_ = true;
  if (input_.view().front() != kTlsHandshake) return true;
  if (layers_.size() == kMaxLayers) return false;
  socket_.hurry(options_.handshake_timeout_ms);
  return begin_tls();
}

bool Connection::begin_tls() {
  const auto failed = [this](std::string_view reason) {
    if (options_.tls_failed) options_.tls_failed(message_.peer_address, reason);
    return false;
  };
  try {
    layers_.push_back(std::make_unique<TlsStream>(certificates_.context(), *stream_, input_.view()));
  } catch (const std::runtime_error& no_certificate) {
    return failed(no_certificate.what());
  }
  TlsStream& tls = *layers_.back();
  stream_ = &tls;
  input_.attach(tls);
  message_.tls = true;
  if (tls.handshake()) return true;
  return failed(tls.trouble().empty() ? "the connection ended" : std::string_view(tls.trouble()));
}

// easy: a worker could have done it.
Connection::Next Connection::read_and_answer(bool& easy) {
  const bool fresh = input_.empty();
  if (fresh) {
    if (stream_->holds_more()) {
      socket_.hurry();  // a piece of it is here
    } else {
      socket_.rest();
    }
    if (!input_.fill()) {
      stream_->finish();
      return Next::end;
    }
  }
  easy = fresh && reader_.read_ready(message_.request, framing_) == MessageReader::Outcome::message;
  if (easy) {
    easy = quick();
    return answer_message();
  }
  const MessageReader::Outcome outcome = reader_.read(message_.request, framing_);
  if (outcome == MessageReader::Outcome::ended) {
    stream_->finish();
    return Next::end;
  }
  if (outcome == MessageReader::Outcome::refused) {
    refuse(reader_.refusal());
    return Next::end;
  }
  return framing_.connect ? answer_connect() : answer_message();
}

// What a client sends to its HTTP proxy before TLS. Latchkey is that proxy and the host behind it at once; it
// opens no connection, so it can stand in for nobody but AWS and itself.
Connection::Next Connection::answer_connect() {
  const std::string host = lower_case(host_of_authority(message_.request.target));
  if (host.empty()) {
    refuse({400, "CONNECT needs host:port."});
    return Next::end;
  }
  if (!aws_name(host) && !local_name(host)) {
    refuse({403, "Latchkey answers for AWS's hosts and for this machine only."});
    return Next::end;
  }
  return stream_->write("HTTP/1.1 200 Connection established\r\n\r\n") ? Next::tunnel : Next::end;
}

Connection::Next Connection::answer_message() {
  unanswered_ = false;
  try {
    return send_answer(handler_(message_));
  } catch (const std::exception&) {
    Answer broken;
    broken.status = 500;
    broken.fate = Answer::Fate::close;
    return send_answer(broken);
  }
}

Connection::Next Connection::send_answer(const Answer& answer) {
  if (answer.fate == Answer::Fate::reset) {
    socket_.reset_on_close();
    return Next::end;
  }
  AnswerFraming shape;
  shape.to_head = message_.request.method == "HEAD";
  shape.half_body = answer.fate == Answer::Fate::half;
  shape.closes =
      answer.fate != Answer::Fate::send || !framing_.persistent || stopping_.load(std::memory_order_relaxed);
  shape.says_keep = framing_.http10;
  writer_.compose(answer, shape, out_);
  const bool sent = stream_->write(out_);
  if (out_.capacity() > kKeepAnswer) out_ = {};
  if (!sent || shape.half_body) return Next::end;
  if (!shape.closes) return Next::request;
  stream_->finish();
  return Next::end;
}

// The end of this request cannot be known, so nothing behind it can be read.
void Connection::refuse(const Refusal& refusal) {
  if (!reader_.refused_body()) message_.request = {};  // half read, or still the one before
  Answer answer;
  if (options_.refuse) {
    answer = options_.refuse(message_, refusal.status, refusal.text);
  } else {
    answer.status = refusal.status;
    answer.headers.emplace_back("Content-Type", "text/plain");
    answer.body.assign(refusal.text).append(1, '\n');
  }
  answer.fate = Answer::Fate::close;
  framing_ = {};
  framing_.persistent = false;
  send_answer(answer);
  socket_.linger();
}

}  // namespace latchkey::http
