#include "site.h"

#include <catch2/catch.hpp>

using namespace latchkey;

namespace {

sigv4::RawRequest request(std::vector<sigv4::Header> headers) {
  sigv4::RawRequest out;
  out.method = "POST";
  out.target = "/_latchkey/reset";
  out.headers = std::move(headers);
  return out;
}

bool foreign(std::vector<sigv4::Header> headers) {
  return from_foreign_site(request(std::move(headers)), "emulator.example.org");
}

}  // namespace

TEST_CASE("what is addressed by a name that nobody else can have is let in") {
  const std::string host = GENERATE(
      as<std::string>(), "127.0.0.1:4566", "localhost", "LOCALHOST:4566", "app.localhost:1", "[::1]:4566",
      "10.0.0.7:4566", "localhost.localstack.cloud:4566", "kms.us-east-1.amazonaws.com", "latchkey:4566",
      "latchkey.ci_default:4566", "latchkey.default.svc.cluster.local", "latchkey.default.svc",
      "host.docker.internal:4566", "emulator.example.org", "169.254.169.254");
  CAPTURE(host);
  CHECK_FALSE(foreign({{"Host", host}}));
}

TEST_CASE("a public name of somebody else is refused: it may be rebound to this machine") {
  const std::string host =
      GENERATE(as<std::string>(), "evil.example.com:4566", "evil.com", "evil.com.", "127.0.0.1.evil.com",
               "localhost.evil.com", "notlocalhost.com", "amazonaws.com.evil.com", "svc.com");
  CAPTURE(host);
  CHECK(foreign({{"Host", host}}));
}

TEST_CASE("pages of other sites are refused, those of this machine are not") {
  const auto with = [](std::string origin) {
    return foreign({{"Host", "127.0.0.1:4566"}, {"Origin", std::move(origin)}});
  };
  CHECK(with("https://evil.example.com"));
  CHECK(with("http://203.0.113.5"));
  CHECK(with("http://localhost.evil.com"));
  CHECK(with("null"));
  CHECK(with(""));
  CHECK_FALSE(with("http://127.0.0.1:4566"));
  CHECK_FALSE(with("http://localhost:3000"));
  CHECK_FALSE(with("http://[::1]:3000"));
  CHECK_FALSE(foreign({{"Host", "latchkey:4566"}, {"Origin", "http://latchkey:4566"}}));
  CHECK(foreign({{"Host", "127.0.0.1"}, {"Sec-Fetch-Site", "cross-site"}}));
  CHECK_FALSE(foreign({{"Host", "127.0.0.1"}, {"Sec-Fetch-Site", "none"}}));
}
