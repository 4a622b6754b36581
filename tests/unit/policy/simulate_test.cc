#include <catch2/catch.hpp>

#include "latchkey/policy.h"

using latchkey::policy::simulate_line;

TEST_CASE("a case is answered with its id, the decision and what matched") {
  bool malformed = true;
  CHECK(
      simulate_line(
          R"({"id":"1","request":{"principal":"arn:aws:iam::123456789012:user/a","action":"s3:GetObject","resource":"*",)"
          R"("resource_account":"123456789012","context":{"aws:TagKeys":["x","y"],"n":1,"b":true,"z":null}},)"
          R"("policies":{"identity":[{"Version":"2012-10-17","Statement":[{"Sid":"q\"","Effect":"Allow","Action":"*","Resource":"*"}]}],"scp":null}})",
          &malformed) ==
      R"({"id":"1","decision":"allowed","matched":[{"policy":"identity[0]","statement":0,"sid":"q\""}]})");
  CHECK_FALSE(malformed);
}

TEST_CASE("ids come back as they were given") {
  const char* const id = GENERATE("7", "null", "\"\\u00e9\"", "[1, 2]", "{\"a\":1}");
  bool malformed = true;
  CHECK(simulate_line(
            std::string("{\"id\":") + id +
                R"(,"request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{}})",
            &malformed) == std::string("{\"id\":") + id + R"(,"decision":"implicitDeny","matched":[]})");
  CHECK_FALSE(malformed);
}

TEST_CASE("a line that is not a case is answered with an error") {
  using Row = std::pair<const char*, const char*>;
  const auto [line, answer] = GENERATE(
      Row{"", R"({"id":null,"error":"not a JSON object"})"},
      Row{"[]", R"({"id":null,"error":"not a JSON object"})"},
      Row{"{", R"({"id":null,"error":"not a JSON object"})"},
      Row{R"({"id":"1"} x)", R"({"id":"1","error":"not a JSON object"})"},
      Row{R"({"id":"1"})", R"({"id":"1","error":"\"request\" is missing"})"},
      Row{R"({"id":"1","request":[]})", R"({"id":"1","error":"\"request\" is not an object"})"},
      Row{R"({"id":"1","request":{},"request":{}})", R"({"id":"1","error":"\"request\" is given twice"})"},
      Row{R"({"id":"1","request":{"action":"a:b","resource":"*"},"policies":{}})",
          R"({"id":"1","error":"request.principal is missing"})"},
      Row{R"({"id":"1","request":{"principal":1,"action":"a:b","resource":"*"},"policies":{}})",
          R"({"id":"1","error":"request.principal is not a string"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","resource":"*"},"policies":{}})",
          R"({"id":"1","error":"request.action is missing"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b"},"policies":{}})",
          R"({"id":"1","error":"request.resource is missing"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*","context":[]},"policies":{}})",
          R"({"id":"1","error":"request.context is not an object"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*","context":{"k":{}}},"policies":{}})",
          R"({"id":"1","error":"the value of context key k is neither a string nor a list of strings"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"}})",
          R"({"id":"1","error":"\"policies\" is missing"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":[]})",
          R"({"id":"1","error":"\"policies\" is not an object"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{"identity":{}}})",
          R"({"id":"1","error":"policies.identity is not a list of policy documents"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{"identity":["x"]}})",
          R"({"id":"1","error":"policies.identity is not a policy document"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{"scp":[{}]}})",
          R"({"id":"1","error":"policies.scp is not a list of policy documents"})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{"resource":{"a":1,"a":2}}})",
          R"({"id":"1","error":"policies.resource: Syntax errors in policy."})"},
      Row{R"({"id":"1","request":{"principal":"anonymous","action":"a:b","resource":"*"},"policies":{"identities":[]}})",
          R"({"id":"1","error":"policies.identities is not a kind of policy"})"});
  CAPTURE(line);
  bool malformed = false;
  CHECK(simulate_line(line, &malformed) == answer);
  CHECK(malformed);
  CHECK(simulate_line(line, nullptr) == answer);
}

TEST_CASE("a broken statement has no effect and breaks nothing else") {
  bool malformed = true;
  CHECK(
      simulate_line(
          R"({"id":1,"request":{"principal":"arn:aws:iam::123456789012:user/a","action":"s3:GetObject","resource":"*"},)"
          R"("policies":{"identity":[{"Statement":[7,{"Effect":"Deny","Action":7,"Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}]}})",
          &malformed) ==
      R"({"id":1,"decision":"allowed","matched":[{"policy":"identity[0]","statement":2,"sid":""}]})");
  CHECK_FALSE(malformed);
}
