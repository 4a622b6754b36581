// What the tests of asymmetric and HMAC keys share.
#pragma once

#include <string>
#include <string_view>

#include "core/encoding.h"
#include "kms/key_specs.h"
#include "support/aws_test.h"
#include "support/openssl.h"

namespace latchkey::test {

// An emulator whose RSA keys are read from tests/data.
struct KmsTest : AwsTest {
  KmsTest() : AwsTest(with_known_keys()) {}

  static Settings with_known_keys() {
    Settings settings;
    settings.rsa_keys = rsa_key;
    return settings;
  }

  // SM2 exists only in China.
  static std::string_view region_of(std::string_view spec) {
    return spec == "SM2" ? "cn-north-1" : "us-east-1";
  }

  std::string make(const std::string& spec, const std::string& usage) {
    const auto reply =
        kms("CreateKey", R"({"KeySpec":")" + spec + R"(","KeyUsage":")" + usage + "\"}", {}, region_of(spec));
    if (reply.status != 200) throw std::runtime_error(reply.body);
    return reply["KeyMetadata.Arn"];
  }

  // A call for one key, in its region. more: further members, each with a comma before it.
  Reply on(std::string_view operation, const std::string& key, const std::string& more = "",
           const Caller& caller = {}) {
    const std::string_view region = key.starts_with("arn:aws-cn") ? "cn-north-1" : "us-east-1";
    return kms(operation, R"({"KeyId":")" + key + "\"" + more + "}", caller, region);
  }

  std::string bytes(const Reply& reply, std::string_view member) {
    return base64_decode(reply[member]).value_or("?");
  }

  void set_material(const std::string& arn, std::string material) {
    const std::string id = arn.substr(arn.rfind('/') + 1);
    store.write([&](Txn& txn) {
      Key key = *txn.find<Key>({"000000000000", "us-east-1", id});
      key.materials.front().bytes = Secret(std::move(material));
      txn.put(std::move(key));
    });
  }
};

inline std::string member(std::string_view name, std::string_view text) {
  return ",\"" + std::string(name) + "\":\"" + std::string(text) + "\"";
}
inline std::string blob_member(std::string_view name, std::string_view bytes) {
  return member(name, base64_encode(bytes));
}

}  // namespace latchkey::test
