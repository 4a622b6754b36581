#include "http/connection.h"

#include "http/names.h"

namespace latchkey::http {
namespace {

// The content type that every TLS connection begins with; no HTTP method does.
constexpr char kTlsHandshake = 0x16;
constexpr std::size_t kMaxLayers = 2;  // TLS to the proxy, and TLS through it
constexpr std::size_t kKeepAnswer = 64 * 1024;

}  // namespace

Connection::Connection(int descriptor, const ServerOptions& options, SSL_CTX* context,
                       const Server::Handler& handler, const std::atomic<bool>& stopping)
    : options_(options),
      context_(context),
      handler_(handler),
      stopping_(stopping),
      socket_(descriptor, options.idle_timeout_ms, options.head_timeout_ms),
      stream_(&socket_),
      input_(socket_),
      reader_(input_, socket_, options) {}

void Connection::run() {
  message_.peer_address = socket_.peer_address();
  if (message_.peer_address.empty()) return;
  Next next = Next::tunnel;
  while (next == Next::tunnel && choose_protocol()) next = serve_requests();
}

bool Connection::choose_protocol() {
  if (input_.empty()) {
    socket_.rest();
    if (!input_.fill()) return false;
  }
  if (input_.view().front() != kTlsHandshake) return true;
  if (layers_.size() == kMaxLayers) return false;
  socket_.hurry(options_.handshake_timeout_ms);
  layers_.push_back(std::make_unique<TlsStream>(context_, *stream_, input_.view()));
  stream_ = layers_.back().get();
  input_.attach(*stream_);
  message_.tls = true;
  return layers_.back()->handshake();
}

Connection::Next Connection::serve_requests() {
  Next next = Next::request;
  while (next == Next::request) {
    if (stopping_.load(std::memory_order_relaxed)) break;
    Framing framing;
    const MessageReader::Outcome outcome = reader_.read(message_.request, framing);
    if (outcome == MessageReader::Outcome::ended) break;
    if (outcome == MessageReader::Outcome::refused) {
      refuse(reader_.refusal());
      return Next::end;
    }
    next = framing.connect ? answer_connect() : answer_message(framing);
  }
  if (next == Next::request) stream_->finish();
  return next == Next::tunnel ? Next::tunnel : Next::end;
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

Connection::Next Connection::answer_message(const Framing& framing) {
  try {
    return send_answer(handler_(message_), framing);
  } catch (const std::exception&) {
    Answer broken;
    broken.status = 500;
    broken.fate = Answer::Fate::close;
    return send_answer(broken, framing);
  }
}

Connection::Next Connection::send_answer(const Answer& answer, const Framing& framing) {
  if (answer.fate == Answer::Fate::reset) {
    socket_.reset_on_close();
    return Next::end;
  }
  AnswerFraming shape;
  shape.to_head = message_.request.method == "HEAD";
  shape.half_body = answer.fate == Answer::Fate::half;
  shape.closes =
      answer.fate != Answer::Fate::send || !framing.persistent || stopping_.load(std::memory_order_relaxed);
  shape.says_keep = framing.http10;
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
  Framing framing;
  framing.persistent = false;
  send_answer(answer, framing);
  socket_.linger();
}

}  // namespace latchkey::http
