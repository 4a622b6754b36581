// One client's connection: chooses the protocol by the first byte, then reads requests and writes answers until one of
// both sides ends it.
//
// It is served in turns. In a worker, which has many, it answers what has come and never waits; what needs to wait (a
// handshake, a request in pieces, a handler that is not quick, a client that does not read) is done in a thread of its own,
// which gives it back. One thread uses it at a time; only interrupt-like things (shutdown of the descriptor) come from
// others.
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
  Connection(int descriptor, const ServerOptions& options, Certificates& certificates,
             const Server::Handler& handler, const std::atomic<bool>& stopping);

  enum class Turn {
    rests,  // nothing to do until more comes
    waits,  // has to wait for something: needs a thread of its own
    ended,  // to be closed, which the destructor does
  };
  // When something has come: answers every request that is complete and quick. Never says rests with work left.
  Turn serve_ready();
  // In a thread of its own: until it rests or has ended.
  Turn serve_patiently();
  // Nothing has come for too long: says goodbye.
  void give_up();

  int descriptor() const { return socket_.descriptor(); }

 private:
  enum class Next {
    request,  // the connection goes on
    tunnel,   // after CONNECT: another protocol may begin
    end,
  };
  bool choose_protocol();
  bool begin_tls();
  Next read_and_answer(bool& easy);
  bool rests(bool easy) const;
  Turn end();
  bool quick() const { return options_.quick && options_.quick(message_); }
  Next answer_connect();
  Next answer_message();
  Next send_answer(const Answer& answer);
  void refuse(const Refusal& refusal);

  const ServerOptions& options_;
  Certificates& certificates_;
  const Server::Handler& handler_;
  const std::atomic<bool>& stopping_;

  Socket socket_;
  // TLS over the socket, and TLS over that for what begins after CONNECT.
  std::vector<std::unique_ptr<TlsStream>> layers_;
  Stream* stream_;
  Input input_;
  MessageReader reader_;
  bool protocol_known_ = false;
  bool unanswered_ = false;  // message_ is complete and waits for its answer
  bool ends_ = false;        // with what is still unsent
  Message message_;
  Framing framing_;
  AnswerWriter writer_;
  std::string out_;
};

}  // namespace latchkey::http
