// One client's connection: chooses the protocol by the first byte, then reads requests and writes answers
// until one of both sides ends it. Runs in one thread; only interrupt-like things (shutdown of the
// descriptor) come from others.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "http/answer_writer.h"
#include "http/message_reader.h"
#include "http/server.h"
#include "http/socket.h"
#include "http/tls_stream.h"

namespace latchkey::http {

class Connection {
 public:
  // Owns the descriptor. The rest belongs to the server and outlives this.
  Connection(int descriptor, const ServerOptions& options, SSL_CTX* context, const Server::Handler& handler,
             const std::atomic<bool>& stopping);

  // Returns when the connection is to be closed, which the destructor does.
  void run();

 private:
  enum class Next {
    request,  // the connection goes on
    tunnel,   // after CONNECT: another protocol may begin
    end,
  };
  bool choose_protocol();
  Next serve_requests();
  Next answer_connect();
  Next answer_message(const Framing& framing);
  Next send_answer(const Answer& answer, const Framing& framing);
  void refuse(const Refusal& refusal);

  const ServerOptions& options_;
  SSL_CTX* const context_;
  const Server::Handler& handler_;
  const std::atomic<bool>& stopping_;

  Socket socket_;
  // TLS over the socket, and TLS over that for what begins after CONNECT.
  std::vector<std::unique_ptr<TlsStream>> layers_;
  Stream* stream_;
  Input input_;
  MessageReader reader_;
  Message message_;
  AnswerWriter writer_;
  std::string out_;
};

}  // namespace latchkey::http
