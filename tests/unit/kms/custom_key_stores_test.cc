#include <catch2/catch.hpp>

#include "support/aws_test.h"

namespace latchkey::test {
namespace {

constexpr char kCluster[] = "cluster-abcdefghijk";

std::string cloud_hsm(const std::string& name = "hsm", const std::string& cluster = kCluster) {
  return R"({"CustomKeyStoreName":")" + name + R"(","CloudHsmClusterId":")" + cluster +
         R"(","TrustAnchorCertificate":"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----","KeyStorePassword":"kmsuser-secret"})";
}

std::string external(const std::string& name = "xks", const std::string& path = "/kms/xks/v1") {
  return R"({"CustomKeyStoreName":")" + name +
         R"(","CustomKeyStoreType":"EXTERNAL_KEY_STORE","XksProxyUriEndpoint":"https://proxy.example.com","XksProxyUriPath":")" +
         path +
         R"(","XksProxyConnectivity":"PUBLIC_ENDPOINT","XksProxyAuthenticationCredential":{"AccessKeyId":"ABCDEFGHIJKLMNOPQRST","RawSecretAccessKey":"abcdefghijklmnopqrstuvwxyz0123456789+/abcdefghi="}})";
}

struct Stores {
  AwsTest aws;

  std::string make(const std::string& body) {
    const Reply reply = aws.kms("CreateCustomKeyStore", body);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply["CustomKeyStoreId"];
  }
  Reply on(std::string_view operation, const std::string& id) {
    return aws.kms(operation, R"({"CustomKeyStoreId":")" + id + "\"}");
  }
  std::string state(const std::string& id) {
    return on("DescribeCustomKeyStores", id)["CustomKeyStores.0.ConnectionState"];
  }
  // What is under way is done: a store connects and disconnects within a second.
  void settle() { aws.clock.advance(1'000); }
  void connect(const std::string& id) {
    REQUIRE(on("ConnectCustomKeyStore", id).status == 200);
    settle();
  }
  void disconnect(const std::string& id) {
    REQUIRE(on("DisconnectCustomKeyStore", id).status == 200);
    settle();
  }
  Reply key(const std::string& id, const std::string& more) {
    return aws.kms("CreateKey", R"({"CustomKeyStoreId":")" + id + "\"," + more + "}");
  }
  Reply encrypt(const std::string& key_arn) {
    return aws.kms("Encrypt", R"({"KeyId":")" + key_arn + R"(","Plaintext":"aGk="})");
  }
};

TEST_CASE("a custom key store is connected and disconnected, in this order only") {
  Stores stores;
  const std::string id = stores.make(cloud_hsm());
  CHECK(id.starts_with("cks-"));
  CHECK(stores.state(id) == "DISCONNECTED");
  CHECK(stores.on("DisconnectCustomKeyStore", id).code == "CustomKeyStoreInvalidStateException");
  CHECK(stores.on("ConnectCustomKeyStore", id).status == 200);
  CHECK(stores.state(id) == "CONNECTING");
  CHECK(stores.key(id, R"("Origin":"AWS_CLOUDHSM")").code == "CustomKeyStoreInvalidStateException");
  CHECK(stores.on("ConnectCustomKeyStore", id).status == 200);
  stores.settle();
  CHECK(stores.state(id) == "CONNECTED");
  CHECK(stores.on("ConnectCustomKeyStore", id).status == 200);
  CHECK(stores.state(id) == "CONNECTED");
  CHECK(stores.on("DeleteCustomKeyStore", id).code == "CustomKeyStoreInvalidStateException");
  CHECK(stores.on("DisconnectCustomKeyStore", id).status == 200);
  CHECK(stores.state(id) == "DISCONNECTING");
  for (const char* operation :
       {"ConnectCustomKeyStore", "DisconnectCustomKeyStore", "DeleteCustomKeyStore"}) {
    INFO(operation);
    CHECK(stores.on(operation, id).code == "CustomKeyStoreInvalidStateException");
  }
  stores.settle();
  CHECK(stores.state(id) == "DISCONNECTED");
  CHECK(stores.on("DeleteCustomKeyStore", id).status == 200);
  for (const char* operation : {"ConnectCustomKeyStore", "DisconnectCustomKeyStore",
                                "DescribeCustomKeyStores", "UpdateCustomKeyStore", "DeleteCustomKeyStore"}) {
    INFO(operation);
    CHECK(stores.on(operation, id).code == "CustomKeyStoreNotFoundException");
  }
}

TEST_CASE("names, clusters and proxies belong to one store each") {
  Stores stores;
  stores.make(cloud_hsm());
  stores.make(external());
  const auto code = [&](const std::string& body) {
    return stores.aws.kms("CreateCustomKeyStore", body).code;
  };
  CHECK(code(cloud_hsm("hsm", "cluster-zzzzzzzzzzz")) == "CustomKeyStoreNameInUseException");
  CHECK(code(cloud_hsm("other")) == "CloudHsmClusterInUseException");
  CHECK(code(external("other")) == "XksProxyUriInUseException");
  CHECK(code(R"({"CustomKeyStoreName":"none"})") == "ValidationException");
  CHECK(code(R"({"CustomKeyStoreName":"none","CustomKeyStoreType":"EXTERNAL_KEY_STORE"})") ==
        "ValidationException");
  CHECK(stores.aws.kms("CreateCustomKeyStore", external("second", "/two/kms/xks/v1")).status == 200);
}

TEST_CASE("keys of a store work while it is connected, and say where they live") {
  Stores stores;
  const std::string id = stores.make(cloud_hsm());
  const std::string origin = R"("Origin":"AWS_CLOUDHSM")";
  CHECK(stores.key(id, origin).code == "CustomKeyStoreInvalidStateException");
  stores.connect(id);
  const Reply key = stores.key(id, origin);
  REQUIRE(key.status == 200);
  const std::string arn = key["KeyMetadata.Arn"];
  CHECK(key["KeyMetadata.CustomKeyStoreId"] == id);
  CHECK(key["KeyMetadata.CloudHsmClusterId"] == kCluster);
  CHECK(key["KeyMetadata.Origin"] == "AWS_CLOUDHSM");
  const Reply blob = stores.encrypt(arn);
  CHECK(blob.status == 200);
  stores.disconnect(id);
  CHECK(stores.encrypt(arn).code == "KMSInvalidStateException");
  CHECK(stores.aws.kms("DescribeKey", R"({"KeyId":")" + arn + "\"}")["KeyMetadata.KeyState"] ==
        "Unavailable");
  CHECK(stores.on("DeleteCustomKeyStore", id).code == "CustomKeyStoreHasCMKsException");
  stores.connect(id);
  CHECK(stores.aws.kms("Decrypt", R"({"CiphertextBlob":")" + blob["CiphertextBlob"] + "\"}").status == 200);
  CHECK(stores.aws.kms("EnableKeyRotation", R"({"KeyId":")" + arn + "\"}").code ==
        "UnsupportedOperationException");
}

TEST_CASE("an external key belongs to one KMS key of its store") {
  Stores stores;
  const std::string id = stores.make(external());
  stores.connect(id);
  const std::string body = R"("Origin":"EXTERNAL_KEY_STORE","XksKeyId":"hsm-key-1")";
  const Reply key = stores.key(id, body);
  REQUIRE(key.status == 200);
  CHECK(key["KeyMetadata.XksKeyConfiguration.Id"] == "hsm-key-1");
  CHECK(stores.key(id, body).code == "XksKeyAlreadyInUseException");
  CHECK(stores.key(id, R"("Origin":"EXTERNAL_KEY_STORE")").code == "ValidationException");
  CHECK(stores.key(id, R"("Origin":"AWS_CLOUDHSM")").code == "ValidationException");
  CHECK(stores.key(id, R"("Origin":"AWS_KMS")").code == "ValidationException");
  CHECK(stores.key(id, body + R"(,"MultiRegion":true)").code == "UnsupportedOperationException");
  CHECK(stores.aws.kms("CreateKey", R"({"Origin":"AWS_CLOUDHSM"})").code == "ValidationException");
}

TEST_CASE("what may be changed depends on the kind of store and its state") {
  Stores stores;
  const std::string hsm = stores.make(cloud_hsm());
  const std::string xks = stores.make(external());
  const auto update = [&](const std::string& id, const std::string& more) {
    return stores.aws.kms("UpdateCustomKeyStore", R"({"CustomKeyStoreId":")" + id + "\"," + more + "}");
  };
  stores.connect(hsm);
  stores.connect(xks);
  CHECK(update(hsm, R"("NewCustomKeyStoreName":"new")").code == "CustomKeyStoreInvalidStateException");
  CHECK(update(xks, R"("NewCustomKeyStoreName":"new")").status == 200);
  CHECK(update(xks, R"("XksProxyUriEndpoint":"https://other.example.com")").code ==
        "CustomKeyStoreInvalidStateException");
  CHECK(update(xks, R"("KeyStorePassword":"1234567")").code == "ValidationException");
  stores.disconnect(hsm);
  CHECK(update(hsm, R"("NewCustomKeyStoreName":"new")").code == "CustomKeyStoreNameInUseException");
  CHECK(update(hsm, R"("CloudHsmClusterId":"cluster-zzzzzzzzzzz")").code ==
        "CloudHsmClusterNotRelatedException");
  CHECK(update(hsm, R"("KeyStorePassword":"1234567")").status == 200);
  // Neither the password nor the proxy's secret is ever shown.
  CHECK(stores.aws.kms("DescribeCustomKeyStores", "{}").body.find("kmsuser-secret") == std::string::npos);
  CHECK(stores.aws.kms("DescribeCustomKeyStores", "{}").body.find("RawSecretAccessKey") == std::string::npos);
}

TEST_CASE("random bytes come from a store only while it is connected") {
  Stores stores;
  const std::string id = stores.make(cloud_hsm());
  const std::string body = R"({"NumberOfBytes":8,"CustomKeyStoreId":")" + id + "\"}";
  CHECK(stores.aws.kms("GenerateRandom", body).code == "CustomKeyStoreInvalidStateException");
  stores.connect(id);
  CHECK(stores.aws.kms("GenerateRandom", body).status == 200);
}

}  // namespace
}  // namespace latchkey::test
