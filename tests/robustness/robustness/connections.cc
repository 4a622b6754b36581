// Very many connections, slow ones, and a thousand requests at once on one.
#include <signal.h>
#include <sys/resource.h>

#include <deque>
#include <iostream>
#include <thread>

#include "core/json.h"
#include "robustness/client.h"
#include "robustness/program.h"
#include "robustness/robustness/robustness.h"

namespace latchkey::robustness {
namespace {

using http::test::Reply;
using http::test::Wire;

const std::vector<std::string> kServe{"serve", "--port", "0", "--log-level", "error"};

template <class Condition>
bool eventually(const Condition& condition) {
  const long long until = http::test::now_ms() + 30'000;
  while (http::test::now_ms() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

void start(Program& latchkey) {
  if (!latchkey.ready()) throw Broken("it does not start: " + latchkey.errors());
}

void allow_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void require_proper(const Reply& reply, const std::string& sent) {
  const bool json = reply.body.starts_with("{") && parse_json(reply.body);
  const bool xml = reply.body.starts_with("<") || reply.body.starts_with("<?xml");
  if (reply.status >= 200 && reply.status < 500 && (json || xml || reply.body.empty())) return;
  throw Broken("the answer to\n" + sent + "\nis\n" + reply.head + reply.body);
}

void hold_connections(const std::string& program, int connections) {
  Program latchkey(program, kServe);
  allow_descriptors();  // for this side of the connections; the program sees to its own
  start(latchkey);
  const std::string ask = kms_request("ListKeys", "{}");
  if (Client(latchkey.port()).kms("ListKeys", "{}").status != 200) throw Broken("it does not answer");
  const std::size_t before = latchkey.descriptors();
  {
    std::deque<Wire> held;
    int tls = 0;
    for (int i = 0; i < connections; ++i) {
      Wire& wire = held.emplace_back(latchkey.port());
      if (i % 10 == 0) {
        if (!wire.start_tls()) throw Broken("handshake " + std::to_string(i) + " fails");
        ++tls;
      }
    }
    for (Wire& wire : held) wire.send(ask);
    for (Wire& wire : held) {
      if (wire.reply().status != 200) throw Broken("one of many connections is not answered");
    }
    if (Client(latchkey.port()).kms("ListKeys", "{}").status != 200)
      throw Broken("one more connection is not answered");
    std::cout << "connections: " << connections << " held at once, " << tls << " of them TLS, all answered; "
              << latchkey.status("Threads") << " threads, " << latchkey.status("VmRSS") / 1024 << " MB\n";
  }
  if (!eventually([&] { return latchkey.descriptors() <= before; })) throw Broken("connections stay open");
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well");
}

void wait_for_slow_clients(const std::string& program, int clients, bool until_given_up) {
  Program latchkey(program, kServe);
  allow_descriptors();  // for this side of the connections; the program sees to its own
  start(latchkey);
  const std::string whole = kms_request("ListKeys", "{}");
  const std::string starts[] = {"",
                                "P",
                                "POST / HTTP/1.1\r\nHo",
                                "POST / HTTP/1.1\r\nX: y\r\n",
                                whole.substr(0, whole.size() - 1),
                                "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\nx",
                                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                                std::string("\x16\x03\x01\x02\x00\x01\x00", 7)};
  std::deque<Wire> slow;
  for (int i = 0; i < clients; ++i) {
    slow.emplace_back(latchkey.port()).send_raw(starts[static_cast<std::size_t>(i) % std::size(starts)]);
  }
  for (int i = 0; i < 20; ++i) {
    if (Client(latchkey.port(), i % 2 == 0).kms("ListKeys", "{}").status != 200)
      throw Broken("slow clients block others");
  }
  // A whole request that comes in single bytes is as good as any.
  Wire byte_by_byte(latchkey.port());
  for (const char c : whole) byte_by_byte.send(std::string_view(&c, 1));
  if (byte_by_byte.reply().status != 200) throw Broken("a slow request is not answered");
  std::string ends = "they end with the program";
  if (until_given_up) {
    // All but those that have said nothing at all, which may wait a minute.
    const long left = static_cast<long>((slow.size() + std::size(starts) - 1) / std::size(starts));
    if (!eventually([&] { return latchkey.status("Threads") <= left + 8; }))
      throw Broken("slow clients are never given up");
    ends = "all that had begun given up in time";
  }
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well with slow clients");
  std::cout << "slow clients: " << clients << " half requests held, others answered; " << ends << "\n";
}

void answer_pipelined(const std::string& program, int requests) {
  Program latchkey(program, kServe);
  start(latchkey);
  for (const bool tls : {false, true}) {
    Wire wire(latchkey.port());
    if (tls && !wire.start_tls()) throw Broken("the TLS handshake fails");
    std::string all;
    for (int i = 0; i < requests; ++i) {
      all += kms_request("GenerateRandom", "{\"NumberOfBytes\":" + std::to_string(1 + i % 1000) + "}");
    }
    // Over TLS one thread both sends and reads, so the server's answers must fit into the socket meanwhile.
    std::thread sender;
    if (tls) {
      wire.send(all);
    } else {
      sender = std::thread([&] { wire.send_raw(all); });
    }
    for (int i = 0; i < requests; ++i) {
      const Reply reply = wire.reply();
      const std::size_t size = text_at(reply.body, "Plaintext").size();
      if (reply.status != 200 || size != static_cast<std::size_t>((1 + i % 1000 + 2) / 3 * 4)) {
        if (sender.joinable()) sender.detach();
        throw Broken("answer " + std::to_string(i) + " of a pipeline is " + reply.head + reply.body);
      }
    }
    if (sender.joinable()) sender.join();
  }
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well");
  std::cout << "pipelining: " << requests << " requests at once, in order, on HTTP and HTTPS\n";
}

void end_with_requests_under_way(const std::string& program) {
  Program latchkey(program, kServe);
  start(latchkey);
  std::deque<Wire> idle;
  for (int i = 0; i < 50; ++i) {
    Wire& wire = idle.emplace_back(latchkey.port());
    if (i % 5 == 0 && !wire.start_tls()) throw Broken("the TLS handshake fails");
    if (i % 2 == 0) wire.ask(kms_request("ListKeys", "{}"));
  }
  Client control(latchkey.port());
  control.control("POST", "/_latchkey/faults", R"({"action":"kms:ListKeys","delay":600000,"count":3})");
  std::deque<Wire> busy;
  for (int i = 0; i < 3; ++i) busy.emplace_back(latchkey.port()).send(kms_request("ListKeys", "{}"));
  if (!eventually([&] {
        return control.control("GET", "/_latchkey/faults").body.find("\"struck\":3") != std::string::npos;
      })) {
    throw Broken("the calls do not wait: " + control.control("GET", "/_latchkey/faults").body);
  }
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well with requests under way");
  int answered = 0;
  for (Wire& wire : busy) answered += wire.reply().status == 200 ? 1 : 0;
  for (Wire& wire : idle) {
    if (!wire.ended()) throw Broken("an idle connection got an answer");
  }
  std::cout << "SIGTERM: exit 0 with 50 idle connections; of 3 calls under way " << answered
            << " were answered\n";
}

}  // namespace latchkey::robustness
