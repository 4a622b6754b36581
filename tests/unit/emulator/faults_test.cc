#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "core/json.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

Members fault(std::string_view json) { return parse_json(json)->get<Members>(); }

std::string refusal(std::string_view json) {
  Faults faults;
  try {
    faults.add(fault(json));
  } catch (const std::runtime_error& error) {
    CHECK(faults.list().empty());
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a throttled call answers AWS's error as often as it was asked for, and the journal says why") {
  AwsTest aws;
  aws.faults.add(fault(R"({"action":"kms:ListKeys","preset":"kms:throttling","count":2})"));
  for (int i = 0; i < 2; ++i) {
    const auto reply = aws.kms("ListKeys", "{}");
    CHECK(reply.status == 400);
    CHECK(reply.code == "ThrottlingException");
    CHECK(reply.message ==
          "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.");
    CHECK(aws.journal.find(reply.request_id)->fault == "fault-1");
  }
  CHECK(aws.kms("ListKeys", "{}").status == 200);
  CHECK(aws.journal.list({}).size() == 3);
  CHECK(aws.kms("ListAliases", "{}").status == 200);
  const Members left = aws.faults.list().front().get<Members>();
  CHECK(*left.find("count") == Value(0));
  CHECK(*left.find("struck") == Value(2));
}

TEST_CASE("every preset has its service's error") {
  AwsTest aws;
  const auto once = [&](const std::string& preset) {
    aws.faults.clear();
    aws.faults.add(fault(R"({"preset":")" + preset + "\"}"));
  };
  once("iam:throttling");
  CHECK(aws.iam("ListUsers").code == "Throttling");
  CHECK(aws.iam("ListUsers").message == "Rate exceeded");
  CHECK(aws.kms("ListKeys", "{}").status == 200);
  once("kms:internal");
  CHECK(aws.kms("ListKeys", "{}").code == "KMSInternalException");
  CHECK(aws.kms("ListKeys", "{}").status == 500);
  once("dependency-timeout");
  CHECK(aws.kms("ListKeys", "{}").code == "DependencyTimeoutException");
  once("key-unavailable");
  CHECK(aws.kms("ListKeys", "{}").code == "KeyUnavailableException");
  once("sts:internal");
  CHECK(aws.sts("GetCallerIdentity").code == "InternalFailure");
}

TEST_CASE("a fault strikes its action, principal and account only") {
  AwsTest aws;
  const Caller alice = aws.user("alice", allow("kms:*"));
  aws.faults.add(fault(R"({"action":"kms:List*","principal":"alice","error":"MyError","status":418,"message":"no"})"));
  const auto struck = aws.kms("ListKeys", "{}", alice);
  CHECK(struck.status == 418);
  CHECK(struck.code == "MyError");
  CHECK(struck.message == "no");
  CHECK(aws.kms("ListKeys", "{}").status == 200);
  CHECK(aws.kms("GenerateRandom", R"({"NumberOfBytes":1})", alice).status == 200);
  aws.faults.clear();
  aws.faults.add(fault(R"({"account":"111122223333","error":"Other"})"));
  CHECK(aws.kms("ListKeys", "{}").status == 200);
  CHECK(aws.kms("ListKeys", "{}", {"111122223333", "test"}).code == "Other");
}

TEST_CASE("an injected failure leaves the state as it was") {
  AwsTest aws;
  aws.faults.add(fault(R"({"action":"kms:CreateKey","connection":"reset"})"));
  const http::Answer answer = aws.pipeline.answer({aws.signed_kms("CreateKey", "{}"), "127.0.0.1", false});
  CHECK(answer.fate == http::Answer::Fate::reset);
  aws.faults.clear();
  CHECK(aws.kms("ListKeys", "{}")["Keys"] == "[]");
  // Half an answer is of a call that was made.
  aws.faults.add(fault(R"({"action":"kms:CreateKey","preset":"half-answer"})"));
  CHECK(aws.pipeline.answer({aws.signed_kms("CreateKey", "{}"), "127.0.0.1", false}).fate == http::Answer::Fate::half);
  CHECK(aws.kms("ListKeys", "{}")["Keys"] != "[]");
}

TEST_CASE("with a probability the same seed strikes the same calls") {
  const auto pattern = [](int seed) {
    AwsTest aws;
    aws.faults.add(fault(R"({"error":"E","probability":0.3,"seed":)" + std::to_string(seed) + "}"));
    std::string out;
    for (int i = 0; i < 200; ++i) out += aws.kms("ListKeys", "{}").status == 200 ? '.' : 'x';
    return out;
  };
  CHECK(pattern(1) == pattern(1));
  CHECK(pattern(1) != pattern(2));
  const std::string struck = pattern(1);
  const auto count = std::count(struck.begin(), struck.end(), 'x');
  CHECK(count > 30);
  CHECK(count < 90);
}

TEST_CASE("removing a fault lets those go on that wait because of it") {
  Faults faults;
  faults.add(fault(R"({"delay":"PT10M"})"));
  const auto blow = faults.strike("kms:Encrypt", "", "");
  REQUIRE(blow);
  auto waiting = std::async(std::launch::async, [&] { faults.wait(*blow); });
  CHECK_FALSE(faults.remove("another"));
  CHECK(waiting.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready);
  faults.clear();
  waiting.get();
  faults.wait(*blow);  // cleared before the wait began: it does not begin
}

TEST_CASE("a fault that says nothing usable is refused with the member and the reason") {
  CHECK(refusal(R"({})") == "fault: does nothing: give a preset, an error, a delay or connection");
  CHECK(refusal(R"({"errors":"x"})") == "errors: is not a property of a fault");
  CHECK(refusal(R"({"error":"x","status":200})") == "status: must be a whole number from 400 to 599");
  CHECK(refusal(R"({"status":500})") == "error: is missing: the code to answer with");
  CHECK(refusal(R"({"error":"x","probability":2})") == "probability: must be a number from 0 to 1");
  CHECK(refusal(R"({"error":"x","count":0})").find("count: must be a whole number from 1") == 0);
  CHECK(refusal(R"({"delay":"soon"})") == "delay: must be milliseconds or an ISO 8601 duration of ten minutes at most");
  CHECK(refusal(R"({"connection":"lost"})") == "connection: must be reset, half or close");
  CHECK(refusal(R"({"preset":"x"})").find("preset: there is no 'x', but kms:throttling, ") == 0);
}

}  // namespace latchkey::test
