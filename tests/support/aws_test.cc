#include "support/aws_test.h"

#include <stdexcept>

#include "core/encoding.h"
#include "core/json.h"
#include "iam/managed.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"

namespace latchkey::test {
namespace {

std::string unescape(std::string text) {
  const std::pair<std::string_view, char> entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}};
  for (const auto& [entity, c] : entities) {
    for (std::size_t at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, entity.size(), 1, c);
    }
  }
  return text;
}

std::string element(std::string_view xml, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t start = xml.find(open);
  if (start == std::string_view::npos) return "";
  const std::size_t from = start + open.size();
  return unescape(std::string(xml.substr(from, xml.find("</" + std::string(name) + ">", from) - from)));
}

const Value* step(const Value* at, const std::string& name) {
  if (at->is<Members>()) return at->get<Members>().find(name);
  if (!at->is<List>()) return nullptr;
  const std::size_t index = std::stoul(name);
  return index < at->get<List>().size() ? &at->get<List>()[index] : nullptr;
}

sigv4::RawRequest sign(sigv4::RawRequest request, std::string_view service, std::string_view region, Time now,
                       const Caller& caller) {
  sigv4::SigningOptions options;
  options.service = service;
  options.region = region;
  options.date = sigv4::format_date(now.seconds());
  options.sign_body = false;
  return sigv4::sign(std::move(request), {caller.access_key_id, caller.secret_access_key, caller.session_token}, options)
      .request;
}

}  // namespace

std::string Reply::operator[](std::string_view path) const {
  if (document.is_none()) return element(body, path);
  const Value* at = &document;
  while (at != nullptr && !path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    at = step(at, std::string(path.substr(0, dot)));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  if (at == nullptr) return "";
  return at->is<std::string>() ? at->get<std::string>() : to_json(*at);
}

std::size_t Reply::count(std::string_view name) const {
  const std::string open = "<" + std::string(name) + ">";
  std::size_t found = 0;
  for (std::size_t at = body.find(open); at != std::string::npos; at = body.find(open, at + 1)) ++found;
  return found;
}

AwsTest::AwsTest(Settings given, LogLevel level)
    : settings(std::move(given)),
      log(level, LogFormat::text, [this](const std::string& line) { log_text += line; }),
      pipeline({settings, store, clock, random, journal, log, faults, {&kms::service(), &iam::service(), &sts::service()}}) {
  clock.freeze(*parse_iso8601("2030-01-01T00:00:00Z"));
  for (const auto& policy : iam::aws_managed_policies()) store.load(policy);
}

sigv4::RawRequest AwsTest::signed_kms(std::string_view operation, std::string_view json, const Caller& caller,
                                      std::string_view region) const {
  sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"Host", "127.0.0.1:4566"},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "TrentService." + std::string(operation)}};
  request.body = json;
  return sign(std::move(request), "kms", region, clock.now(), caller);
}

sigv4::RawRequest AwsTest::signed_query(std::string_view service, std::string_view operation,
                                        const Parameters& parameters, const Caller& caller,
                                        std::string_view region) const {
  sigv4::RawRequest request;
  request.method = "POST";
  request.target = "/";
  request.headers = {{"Host", "127.0.0.1:4566"}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = "Action=" + std::string(operation) + "&Version=" + (service == "iam" ? "2010-05-08" : "2011-06-15");
  for (const auto& [name, value] : parameters) request.body += "&" + percent_encode(name) + "=" + percent_encode(value);
  return sign(std::move(request), service, region, clock.now(), caller);
}

Reply AwsTest::send(sigv4::RawRequest request) {
  http::Message message;
  message.request = std::move(request);
  message.peer_address = "127.0.0.1";
  const http::Answer answer = pipeline.answer(message);
  Reply reply;
  reply.status = answer.status;
  reply.body = answer.body;
  for (const auto& [name, value] : answer.headers) {
    if (name == "x-amzn-RequestId") reply.request_id = value;
  }
  if (auto document = parse_json(answer.body)) reply.document = *document;
  if (reply.status == 200) return reply;
  if (reply.document.is_none()) {
    reply.code = element(reply.body, "Code");
    reply.message = element(reply.body, "Message");
    reply.has_message = reply.body.find("<Message>") != std::string::npos;
    return reply;
  }
  reply.code = reply["__type"];
  const Members& members = reply.document.get<Members>();
  reply.has_message = members.find("message") != nullptr || members.find("Message") != nullptr;
  reply.message = members.find("Message") != nullptr ? reply["Message"] : reply["message"];
  return reply;
}

Reply AwsTest::kms(std::string_view operation, std::string_view json, const Caller& caller, std::string_view region) {
  return send(signed_kms(operation, json, caller, region));
}

Reply AwsTest::iam(std::string_view operation, const Parameters& parameters, const Caller& caller) {
  return send(signed_query("iam", operation, parameters, caller));
}

Reply AwsTest::sts(std::string_view operation, const Parameters& parameters, const Caller& caller) {
  return send(signed_query("sts", operation, parameters, caller));
}

Caller AwsTest::user(const std::string& name, const std::string& policy) {
  if (iam("CreateUser", {{"UserName", name}}).status != 200) throw std::runtime_error("CreateUser failed");
  if (!policy.empty()) {
    const Reply put =
        iam("PutUserPolicy", {{"UserName", name}, {"PolicyName", "inline"}, {"PolicyDocument", policy}});
    if (put.status != 200) throw std::runtime_error("PutUserPolicy failed: " + put.body);
  }
  const Reply key = iam("CreateAccessKey", {{"UserName", name}});
  return {key["AccessKeyId"], key["SecretAccessKey"], ""};
}

std::string AwsTest::key(std::string_view json, const Caller& caller) {
  const Reply reply = kms("CreateKey", json, caller);
  if (reply.status != 200) throw std::runtime_error("CreateKey failed: " + reply.body);
  return reply["KeyMetadata.Arn"];
}

std::string allow(std::string_view action, std::string_view resource) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + std::string(action) +
         R"(","Resource":")" + std::string(resource) + R"("}]})";
}

}  // namespace latchkey::test
