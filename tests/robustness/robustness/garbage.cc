// What no client should send: bytes, heads, bodies and handshakes that are wrong in every way that chance
// finds.
#include <signal.h>

#include <array>
#include <iostream>
#include <map>
#include <random>

#include "core/json.h"
#include "robustness/client.h"
#include "robustness/program.h"
#include "robustness/robustness/robustness.h"

namespace latchkey::robustness {
namespace {

using http::test::Reply;
using http::test::Wire;

class Garbage {
 public:
  explicit Garbage(unsigned seed) : random_(seed) {
    const std::string policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}]})";
    seeds_ = {
        kms_request("Encrypt", R"({"KeyId":"alias/a","Plaintext":"c2VjcmV0","EncryptionContext":{"a":"b"}})"),
        kms_request("CreateKey", R"({"Tags":[{"TagKey":"a","TagValue":"b"}],"KeySpec":"ECC_NIST_P256"})"),
        kms_request("Decrypt", R"({"CiphertextBlob":"AQICAHh","GrantTokens":["x"]})"),
        kms_request("ListKeys", R"({"Limit":5,"Marker":"x"})"),
        query_request("iam", "PutUserPolicy",
                      {{"UserName", "u"}, {"PolicyName", "p"}, {"PolicyDocument", policy}}),
        query_request("iam", "CreateUser",
                      {{"UserName", "u"}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}}),
        query_request("iam", "SimulateCustomPolicy",
                      {{"PolicyInputList.member.1", policy}, {"ActionNames.member.1", "s3:GetObject"}}),
        query_request("sts", "AssumeRole",
                      {{"RoleArn", "arn:aws:iam::000000000000:role/r"}, {"RoleSessionName", "s"}}),
        query_request("sts", "AssumeRoleWithWebIdentity",
                      {{"RoleArn", "arn:aws:iam::000000000000:role/r"},
                       {"RoleSessionName", "s"},
                       {"WebIdentityToken", "a.b.c"}}),
        query_request("sts", "GetCallerIdentity", {}),
        "GET /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nAction\r\n0\r\n\r\n",
        "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n",
        "CONNECT kms.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n",
        control_request("POST", "/_latchkey/fixtures", R"({"latchkey":1,"accounts":{}})"),
        control_request("PUT", "/_latchkey/state", R"({"latchkey_state":1,"entities":{}})"),
        control_request("GET", "/_latchkey/requests?since=1")};
  }

  std::string next() {
    if (below(20) == 0) return noise(1 + below(3'000));
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t i = 0, changes = below(4); i < changes; ++i) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  std::string noise(std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }

  void change(std::string& text) {
    static constexpr std::array<std::string_view, 22> kPieces{"\r\n",
                                                              "\n",
                                                              "\r\n\r\n",
                                                              ":",
                                                              " ",
                                                              "\t",
                                                              "%00",
                                                              "%",
                                                              "&",
                                                              "=",
                                                              "\"",
                                                              "{",
                                                              "[[[[[[[[",
                                                              "\xff\xfe",
                                                              "../",
                                                              "?",
                                                              "Content-Length: 5\r\n",
                                                              "Transfer-Encoding: chunked\r\n",
                                                              "-1",
                                                              "99999999999999999999",
                                                              "Expect: 100-continue\r\n",
                                                              "HTTP/9"};
    const std::size_t at = below(text.size() + 1);
    switch (below(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, below(30));
        break;
      case 2:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(200)));
        break;
      case 4:
        text.resize(at);
        break;
      case 5:
        text.insert(at, std::string(below(70'000), static_cast<char>('a' + below(26))));
        break;
      default: {
        const std::string& other = seeds_[below(seeds_.size())];
        text.insert(at, other.substr(below(other.size() + 1), below(100)));
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> seeds_;
};

// Every answer in what came back is a proper one.
void check(std::string_view answers, const std::string& sent, std::map<int, long>& statuses) {
  while (!answers.empty()) {
    if (answers.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) {
      answers.remove_prefix(25);
      continue;
    }
    if (answers.starts_with("HTTP/1.1 200 Connection established\r\n\r\n")) return;  // then TLS begins
    const std::size_t end = answers.find("\r\n\r\n");
    if (end == std::string_view::npos || !answers.starts_with("HTTP/1.1 "))
      throw Broken("no HTTP: " + std::string(answers));
    Reply reply;
    reply.head = answers.substr(0, end + 2);
    reply.status = std::atoi(reply.head.c_str() + 9);
    answers.remove_prefix(end + 4);
    const std::string length = reply.header("Content-Length");
    if (!sent.starts_with("HEAD")) {
      const std::size_t size = length.empty() ? 0 : std::stoul(length);
      reply.body = answers.substr(0, size);
      answers.remove_prefix(std::min(size, answers.size()));
    }
    ++statuses[reply.status];
    // Instance metadata answers in text, and not all of the control API is JSON.
    const std::string type = reply.header("Content-Type");
    const bool aws = type == "text/xml" || type == "application/x-amz-json-1.1";
    if (!aws) reply.body.clear();
    require_proper(reply, sent);
  }
}

}  // namespace

void shrug_off_garbage(const std::string& program, int inputs, unsigned seed) {
  Program latchkey(program, {"serve", "--port", "0", "--log-level", "error"});
  if (!latchkey.ready()) throw Broken("it does not start: " + latchkey.errors());
  Garbage garbage(seed);
  std::mt19937 random(seed);
  std::map<int, long> statuses;
  int tls = 0;
  int broken_handshakes = 0;
  for (int i = 0; i < inputs; ++i) {
    const std::string sent = garbage.next();
    Wire wire(latchkey.port());
    const unsigned how = random() % 16;
    if (how == 0) {  // a handshake that breaks off or is nonsense
      wire.send_raw("\x16\x03\x01").send_raw(sent);
      wire.shut_down_sending();
      wire.until_close();
      ++broken_handshakes;
      continue;
    }
    if (how == 1) {
      if (!wire.start_tls()) throw Broken("a good handshake fails");
      ++tls;
      if (random() % 2 == 0) {
        wire.send(sent).send_raw(sent);  // TLS, then none
      } else {
        wire.send(sent);
      }
      wire.shut_down_sending();
      check(wire.until_close(), sent, statuses);
      continue;
    }
    wire.send(sent);
    if (how != 2) {  // else it goes without waiting
      wire.shut_down_sending();
      check(wire.until_close(), sent, statuses);
    }
  }
  // What is too large is refused in the words of its service, the control API's own documents have room.
  const std::string large(1'100'000, 'x');
  const Reply json = Client(latchkey.port()).kms("Encrypt", large);
  const Reply xml = Client(latchkey.port()).iam("CreateUser", {{"UserName", large}});
  const Reply control = Client(latchkey.port()).control("PUT", "/_latchkey/state", "{\"x\":\"" + large + "\"}");
  if (json.status != 413 || text_at(json.body, "__type").empty() || xml.status != 413 || element(xml.body, "Code").empty() ||
      control.status != 400) {
    throw Broken("large requests are answered with\n" + json.head + json.body + xml.head + xml.body + control.head);
  }
  if (Client(latchkey.port()).kms("ListKeys", "{}").status != 200) throw Broken("it answers no more");
  if (!latchkey.errors().empty()) throw Broken("it says " + latchkey.errors());
  if (latchkey.stop(SIGTERM) != 0) throw Broken("it does not end well");
  std::cout << "garbage: " << inputs << " inputs (seed " << seed << "), " << tls << " over TLS, "
            << broken_handshakes << " broken handshakes; answers";
  for (const auto& [status, count] : statuses) std::cout << " " << status << "x" << count;
  std::cout << "\n";
}

}  // namespace latchkey::robustness
