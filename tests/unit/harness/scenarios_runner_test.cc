#include <catch2/catch.hpp>
#include <sstream>

#include "scenarios/runner.h"
#include "support/folder.h"

namespace latchkey::scenarios {
namespace {

using test::Folder;

std::string scenario(const std::string& steps, const std::string& more = "") {
  return R"({"latchkey-scenario":1,"name":"s",)" + more + "\"steps\":[" + steps + "]}";
}

struct Run {
  Report report;
  std::string lines;
};

Run run(const std::string& text, RunOptions options = {}) {
  const Folder folder;
  std::ostringstream out;
  options.out = &out;
  Report report = run_scenario(folder.write("s.json", text), options);
  return {std::move(report), out.str()};
}

constexpr char kFixture[] = R"("fixtures":[{"latchkey":1,"accounts":{"000000000000":{
  "users":[{"UserName":"app","AccessKeys":[{"AccessKeyId":"AKIAAPP0000000000001","SecretAccessKey":"app-secret-0001"}]}],
  "keys":[{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","Aliases":["alias/a"]}]}}}],)";
constexpr char kApp[] =
    R"({"identity":"app","access_key_id":"AKIAAPP0000000000001","secret_access_key":"app-secret-0001"})";

TEST_CASE("a scenario whose expectations are met passes") {
  const Run done = run(scenario(R"(
      {"section":"Keys"},
      {"call":"kms:CreateKey","input":{"Description":"${text}"},"name":"a key",
       "expect":{"answer":{"KeyMetadata":{"Description":"hello"}},"capture":{"key":"KeyMetadata.Arn"}}},
      {"call":"kms:Encrypt","over":"https","input":{"KeyId":"${key}","Plaintext":{"$base64":"${text}"}},
       "expect":{"capture":{"blob":"CiphertextBlob"},"headers":{"x-amzn-requestid":{"$length":36}}}},
      {"call":"kms:Decrypt","input":{"CiphertextBlob":"${blob}"},
       "expect":{"answer":{"Plaintext":{"$base64":"hello"},"KeyId":"${key}"}}},
      {"call":"iam:CreateUser","input":{"UserName":"u","Tags":[{"Key":"k","Value":"v"}]},
       "expect":{"answer":{"User":{"Tags":[{"Key":"k","Value":"v"}]}}}},
      {"call":"iam:GetUser","input":{"UserName":"nobody"},"expect":{"status":404,"error":{"code":"NoSuchEntity"}}},
      {"request":{"path":"/_latchkey/health"},"expect":{"answer":{"status":"ok"}}},
      {"request":{"path":"/_latchkey/nothing"},"expect":{"status":404}},
      {"clock":{"freeze":"2031-01-01T00:00:00Z"}},
      {"request":{"path":"/_latchkey/clock"},"expect":{"answer":{"frozen":true}}},
      {"set":{"other":"${text}!"}},
      {"run":["/bin/sh","-c","echo $AWS_ACCESS_KEY_ID $AWS_REGION $GREETING; cat; exit 2"],"env":{"GREETING":"${other}"},
       "stdin":"typed","expect":{"exit":2,"stdout":"test us-east-1 hello!\ntyped","stdout_contains":["hello","typed"]}})",
                                R"("variables":{"text":"hello"},)"));
  INFO(done.lines);
  CHECK(done.report.passed());
  CHECK(done.report.steps.size() == 11);
  CHECK(done.lines.find("# Keys\nok 1 kms:CreateKey as bootstrap: a key\nok 2 kms:Encrypt as bootstrap\n") ==
        0);
}

TEST_CASE("a denial shows what was wanted, what was seen and the emulator's explanation") {
  const Run done = run(scenario(
      std::string(kApp) + R"(,{"call":"kms:DescribeKey","as":"app","input":{"KeyId":"alias/a"}})", kFixture));
  REQUIRE(done.report.steps.size() == 2);
  const StepResult& step = done.report.steps[1];
  CHECK(step.status == StepResult::Status::failed);
  REQUIRE(step.details.size() == 3);
  CHECK(step.details[0] == "status: wanted 200");
  CHECK(step.details[1].starts_with(
      "        seen   400 AccessDeniedException: User: arn:aws:iam::000000000000:user/app is "));
  CHECK(step.details[2].starts_with("why: "));
  CHECK(step.details[2].size() > 20);
  CHECK(done.lines.find("not ok 2 kms:DescribeKey as app\n    status: wanted 200\n") != std::string::npos);
}

TEST_CASE("failures are told apart") {
  const auto [step, detail] = GENERATE(table<std::string, std::string>({
      {R"({"call":"kms:ListKeys","expect":{"error":{"code":"X"}}})", "status: wanted an error"},
      {R"({"call":"kms:ListKeys","expect":{"status":400}})", "status: wanted 400"},
      {R"({"call":"kms:ListKeys","expect":{"answer":{"Keys":[{}]}}})", "answer.Keys: wanted [{}]"},
      {R"({"call":"kms:ListKeys","expect":{"capture":{"x":"Keys[0].KeyId"}}})",
       "Keys[0].KeyId: wanted something to capture as x"},
      {R"({"call":"kms:ListKeys","expect":{"headers":{"x-none":{"$present":true}}}})",
       "headers.x-none: wanted something"},
      {R"({"call":"kms:ListKeys","as":"nobody"})", "no step before this one makes the identity nobody"},
      {R"({"call":"kms:ListKeys","input":{"Marker":"${none}"}})",
       "${none} has no value: no step before this one has set or captured it"},
      {R"({"call":"kms:ListKeys","as":"anonymous"})", "status: wanted 200"},
      {R"({"request":{"path":"/_latchkey/health"},"expect":{"answer":{"status":"no"}}})",
       "answer.status: wanted \"no\""},
      {R"({"clock":{"advance":"soon"}})", "status: wanted 200"},
      {R"({"run":["/bin/sh","-c","exit 1"]})", "exit: wanted 0"},
      {R"({"run":["/bin/echo","x"],"expect":{"stdout_contains":"y"}})",
       "stdout: wanted something that contains \"y\""},
      {R"({"run":["/no/such/program"]})", "cannot run /no/such/program: No such file or directory"},
      {R"({"nowhere":"abc"})", "the text is too short to be looked for"},
  }));
  const Run done = run(scenario(step));
  INFO(done.lines);
  REQUIRE(done.report.count(StepResult::Status::failed) == 1);
  CHECK(done.report.steps[0].details[0] == detail);
}

TEST_CASE("what needs a failed step's captures is skipped, all else still runs") {
  const Run done = run(scenario(R"(
      {"call":"kms:DescribeKey","input":{"KeyId":"alias/none"},"expect":{"capture":{"key":"KeyMetadata.Arn"}}},
      {"call":"kms:EnableKey","input":{"KeyId":"${key}"}},
      {"call":"kms:ListKeys"})"));
  CHECK(done.report.steps[1].status == StepResult::Status::skipped);
  CHECK(done.report.steps[1].details[0] == "needs key of a step that failed");
  CHECK(done.report.steps[2].status == StepResult::Status::passed);
  CHECK_FALSE(done.report.passed());
}

TEST_CASE("a secret that can be found somewhere is found") {
  const std::string plain = R"({"call":"kms:CreateKey","input":{"Description":"tell-tale+text/1"}},)";
  const Run done = run(scenario(plain + R"({"nowhere":"tell-tale+text/1"})"));
  REQUIRE(done.report.steps[1].status == StepResult::Status::failed);
  CHECK(done.report.steps[1].details[0] == "journal: wanted no trace of the text");
  CHECK(done.report.steps[1].details[2] == "state: wanted no trace of the text");
}

TEST_CASE("a secret access key shows in one answer and nowhere else") {
  const Run done = run(scenario(R"(
      {"call":"iam:CreateUser","input":{"UserName":"u"}},
      {"call":"iam:CreateAccessKey","input":{"UserName":"u"},"expect":{"capture":{"secret":"AccessKey.SecretAccessKey"}}},
      {"call":"iam:ListAccessKeys","input":{"UserName":"u"}},
      {"nowhere":"${secret}"},
      {"run":["/bin/echo","${secret}"]},
      {"nowhere":"${secret}","in":["later-answers"]})"));
  CHECK(done.report.steps[3].status == StepResult::Status::passed);
  CHECK(done.report.steps[5].status == StepResult::Status::failed);
}

TEST_CASE("a scenario runs against an emulator that runs already") {
  const Emulator emulator;
  RunOptions options;
  options.endpoint = emulator.https_url();
  const std::string text = scenario(R"({"call":"iam:CreateUser","over":"https","input":{"UserName":"u"}},
      {"run":["/bin/sh","-c","echo $AWS_ENDPOINT_URL"],"expect":{"stdout":"${url}\n"}})");
  CHECK(run(text, options).report.passed());
  // The state is kept,
  CHECK_FALSE(run(text, options).report.passed());
  // unless a reset is asked for.
  options.reset = true;
  CHECK(run(text, options).report.passed());
}

TEST_CASE("a certificate that the CA has not issued ends the connection") {
  const Emulator emulator;
  const Emulator other;
  RunOptions options;
  options.endpoint = emulator.url();
  options.ca_file = other.ca_path();
  const Run done =
      run(scenario(R"({"call":"kms:ListKeys","over":"https"},{"call":"kms:ListKeys"})"), options);
  REQUIRE(done.report.steps[0].status == StepResult::Status::failed);
  CHECK(done.report.steps[0].details[0].starts_with("no answer from https://"));
  CHECK(done.report.steps[1].status == StepResult::Status::passed);
}

TEST_CASE("an emulator that is not there or does not suit is an error of the scenario") {
  RunOptions options;
  options.endpoint = "http://127.0.0.1:1";
  CHECK_THROWS_AS(run(scenario(""), options), ScenarioError);
  options.endpoint = "nonsense";
  CHECK_THROWS_WITH(run(scenario(""), options),
                    Catch::EndsWith("'nonsense' is not http://HOST:PORT or https://HOST:PORT"));
  const Emulator emulator;
  options.endpoint = emulator.url();
  CHECK_THROWS_WITH(run(scenario("", R"("options":{"enforce_iam":false},)"), options),
                    Catch::EndsWith("the scenario needs an emulator with --enforce-iam=off"));
}

TEST_CASE("variables from outside replace the scenario's own") {
  RunOptions options;
  options.variables["word"] = "outer";
  const Run done = run(scenario(R"({"run":["/bin/echo","${word}"],"expect":{"stdout":"outer\n"}})",
                                R"("variables":{"word":"inner"},)"),
                       options);
  CHECK(done.report.passed());
}

TEST_CASE("fixtures may be files beside the scenario") {
  const Folder folder;
  folder.write("f.json", R"({"latchkey":1,"accounts":{"000000000000":{"users":[{"UserName":"u"}]}}})");
  const auto file = folder.write(
      "s.json", scenario(R"({"call":"iam:GetUser","input":{"UserName":"u"}})", R"("fixtures":["f.json"],)"));
  CHECK(run_scenario(file, {}).passed());
}

TEST_CASE("a file that is no scenario is refused with the place and the reason") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"[]", "must be a JSON object"},
      {R"({"steps":[]})", "latchkey-scenario: must be 1"},
      {R"({"latchkey-scenario":1})", "steps: is missing"},
      {scenario("", R"("stepps":[],)"), "stepps: is not a property of this object"},
      {scenario("", R"("options":{"port":1},)"), "options.port: is not a property of this object"},
      {scenario("", R"("options":{"region":1},)"), "options.region: must be a string"},
      {scenario("", R"("variables":{"a-b":1},)"), "variables.a-b: is not a variable's name"},
      {scenario("", R"("fixtures":[1],)"), "fixtures[0]: must be a fixture document or a file's name"},
      {scenario("", R"("fixtures":["none.json"],)"), "fixtures[0]: none.json cannot be read"},
      {scenario("", R"("fixtures":[{}],)"), "latchkey: is missing"},
      {scenario("1"), "steps[0]: must be an object"},
      {scenario("{}"),
       "steps[0]: is no step: it has none of call, request, run, journal, identity, clock, faults, nowhere, "
       "set, section"},
      {scenario(R"({"call":"s3:GetObject"})"),
       "steps[0].call: 's3:GetObject' is not SERVICE:OPERATION of kms, iam or sts"},
      {scenario(R"({"call":"kms:"})"), "steps[0].call: 'kms:' is not SERVICE:OPERATION of kms, iam or sts"},
      {scenario(R"({"call":"kms:ListKeys","inputs":{}})"),
       "steps[0].inputs: is not a property of this object"},
      {scenario(R"({"call":"kms:ListKeys","over":"ftp"})"), "steps[0].over: 'ftp' is not one of the choices"},
      {scenario(R"({"call":"kms:ListKeys","as":{"access_key_id":"x"}})"),
       "steps[0].as.secret_access_key: is missing"},
      {scenario(R"({"call":"kms:ListKeys","expect":{"eror":{}}})"),
       "steps[0].expect.eror: is not a property of this object"},
      {scenario(R"({"call":"kms:ListKeys","expect":{"error":{"Code":1}}})"),
       "steps[0].expect.error.Code: is not a property of this object"},
      {scenario(R"({"call":"kms:ListKeys","expect":{"answer":{"a":{"$is":1}}}})"),
       "steps[0].expect.answer.a.$is: is not a matcher"},
      {scenario(R"({"call":"kms:ListKeys","expect":{"capture":{"a b":"x"}}})"),
       "steps[0].expect.capture.a b: is not a variable's name"},
      {scenario(R"({"request":{"method":"GET"}})"), "steps[0].request.path: is missing"},
      {scenario(R"({"run":[]})"), "steps[0].run: must be a list of strings, and not empty"},
      {scenario(R"({"identity":"a","access_key_id":"x"})"), "steps[0].secret_access_key: is missing"},
      {scenario(R"({"nowhere":"x","in":["attic"]})"), "steps[0].in: 'attic' is not one of the choices"},
      {scenario(R"({"clock":{},"expect":{}})"), "steps[0].expect: is not a property of this object"},
  }));
  INFO(text);
  CHECK_THROWS_WITH(run(text), Catch::EndsWith("s.json: " + reason));
}

TEST_CASE("a scenario that is not there or no JSON is refused") {
  CHECK_THROWS_WITH(run_scenario("/no/such/file.json", {}), "/no/such/file.json: cannot be read");
  CHECK_THROWS_WITH(run("{"), Catch::Contains("s.json: is not JSON: "));
}

TEST_CASE("JUnit gets every step, and nothing that XML cannot carry") {
  Report report{"f.json", "a <name>", {}};
  report.steps.push_back({"good", "", StepResult::Status::passed, {}, 0.5});
  report.steps.push_back({"bad", "", StepResult::Status::failed, {"wanted \"1\"", "seen \x01\xff"}, 0.25});
  report.steps.push_back({"left out", "", StepResult::Status::skipped, {"needs x"}, 0});
  std::ostringstream out;
  write_junit(out, {report});
  CHECK(out.str() == R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a &lt;name&gt;" file="f.json" tests="3" failures="1" skipped="1" errors="0" time="0.750">
    <testcase classname="a &lt;name&gt;" name="1 good" time="0.500"/>
    <testcase classname="a &lt;name&gt;" name="2 bad" time="0.250">
      <failure message="wanted &quot;1&quot;">(not UTF-8) wanted%20%221%22%0Aseen%20%01%FF</failure>
    </testcase>
    <testcase classname="a &lt;name&gt;" name="3 left out" time="0.000">
      <skipped message="needs x"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

}  // namespace
}  // namespace latchkey::scenarios
