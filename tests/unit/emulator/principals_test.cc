// Who a policy means: users and roles by what they are, not by what they are called.
#include <catch2/catch.hpp>

#include "core/json.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

std::string user_arn(const std::string& name) { return "arn:aws:iam::000000000000:user/" + name; }

std::string key_policy_for(const std::string& principal) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},)"
         R"("Action":"kms:Put*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":[")" +
         principal +
         R"("]},"Action":"kms:Encrypt","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalArn":")" +
         user_arn("x") + R"("}}}]})";
}

struct Shop {
  AwsTest aws;
  std::string key = aws.key();

  Reply put(const std::string& policy) {
    const Members body{{"KeyId", key}, {"Policy", policy}};
    return aws.kms("PutKeyPolicy", to_json(body));
  }
  std::string shown() { return aws.kms("GetKeyPolicy", R"({"KeyId":")" + key + "\"}")["Policy"]; }
  bool encrypts(const Caller& caller) {
    return aws.kms("Encrypt", R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})", caller).status == 200;
  }
  void remove(const std::string& name, const Caller& caller) {
    REQUIRE(aws.iam("DeleteAccessKey", {{"UserName", name}, {"AccessKeyId", caller.access_key_id}}).status ==
            200);
    REQUIRE(aws.iam("DeleteUser", {{"UserName", name}}).status == 200);
  }
};

TEST_CASE(
    "a key policy shows a deleted user by its unique id, and a new one of that name has no part in it") {
  Shop shop;
  const Caller first = shop.aws.user("ann");
  const std::string id = shop.aws.iam("GetUser", {{"UserName", "ann"}})["UserId"];
  REQUIRE(shop.put(key_policy_for(user_arn("ann"))).status == 200);
  CHECK(shop.shown() == "");  // the policy that was put does not let root read it
  const std::string policy = key_policy_for(user_arn("ann"));
  std::string readable = policy;
  readable.replace(readable.find("kms:Put*"), 8, "kms:*");
  REQUIRE(shop.put(readable).status == 200);
  CHECK(shop.shown() == readable);
  CHECK(shop.encrypts(first));

  shop.remove("ann", first);
  CHECK(shop.shown().find(id) != std::string::npos);
  CHECK(shop.shown().find(user_arn("ann")) == std::string::npos);
  // A condition's value is text, not a principal.
  CHECK(shop.shown().find(user_arn("x")) != std::string::npos);
  const Caller second = shop.aws.user("ann");
  CHECK_FALSE(shop.encrypts(second));
  CHECK(shop.shown().find(id) != std::string::npos);
  // What names an id of nobody cannot be put again.
  CHECK(shop.put(shop.shown()).code == "MalformedPolicyDocumentException");
  REQUIRE(shop.put(readable).status == 200);
  CHECK(shop.encrypts(second));
}

TEST_CASE("a renamed user keeps its part in a policy, which shows the new name") {
  Shop shop;
  const Caller user = shop.aws.user("ann");
  std::string policy = key_policy_for(user_arn("ann"));
  policy.replace(policy.find("kms:Put*"), 8, "kms:*");
  REQUIRE(shop.put(policy).status == 200);
  REQUIRE(shop.aws.iam("UpdateUser", {{"UserName", "ann"}, {"NewUserName", "bea"}}).status == 200);
  CHECK(shop.encrypts(user));
  CHECK(shop.shown().find(user_arn("bea")) != std::string::npos);
}

TEST_CASE("a trust policy shows a deleted role by its unique id") {
  AwsTest aws;
  const std::string account =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}})";
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:role/a"},"Action":"sts:AssumeRole"}})";
  const std::string id =
      aws.iam("CreateRole", {{"RoleName", "a"}, {"AssumeRolePolicyDocument", account}})["RoleId"];
  REQUIRE(aws.iam("CreateRole", {{"RoleName", "b"}, {"AssumeRolePolicyDocument", trust}}).status == 200);
  const auto chain = [&] {
    const Reply one =
        aws.sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/a"}, {"RoleSessionName", "s1"}});
    return aws
        .sts("AssumeRole", {{"RoleArn", "arn:aws:iam::000000000000:role/b"}, {"RoleSessionName", "s2"}},
             {one["AccessKeyId"], one["SecretAccessKey"], one["SessionToken"]})
        .status;
  };
  CHECK(chain() == 200);
  REQUIRE(aws.iam("DeleteRole", {{"RoleName", "a"}}).status == 200);
  CHECK(aws.iam("GetRole", {{"RoleName", "b"}})["AssumeRolePolicyDocument"].find(id) != std::string::npos);
  REQUIRE(aws.iam("CreateRole", {{"RoleName", "a"}, {"AssumeRolePolicyDocument", account}}).status == 200);
  CHECK(chain() == 403);
}

TEST_CASE("who a policy means survives an export and an import") {
  Shop shop;
  const Caller user = shop.aws.user("ann");
  REQUIRE(shop.put(key_policy_for(user_arn("ann"))).status == 200);
  const Members state = shop.aws.store.export_state(Secrets::sealed);
  shop.remove("ann", user);
  shop.aws.store.import_state(state);
  CHECK(shop.encrypts(user));
  shop.remove("ann", user);
  const Members later = shop.aws.store.export_state(Secrets::sealed);
  shop.aws.store.import_state(later);
  CHECK_FALSE(shop.encrypts(shop.aws.user("ann")));
}

TEST_CASE("a federated user may do what both its maker and its session policies allow") {
  AwsTest aws;
  const std::string key = aws.key();
  const Caller maker = aws.user(
      "maker",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetFederationToken","kms:Encrypt","kms:DescribeKey"],"Resource":"*"}]})");
  const auto federated = [&](const Parameters& more) {
    Parameters all{{"Name", "bob"}};
    all.insert(all.end(), more.begin(), more.end());
    return aws.sts("GetFederationToken", all, maker);
  };
  const auto caller = [](const Reply& reply) {
    return Caller{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  };
  const Reply plain = federated({});
  CHECK(plain["Arn"] == "arn:aws:sts::000000000000:federated-user/bob");
  CHECK(plain["FederatedUserId"] == "000000000000:bob");
  CHECK(plain["PackedPolicySize"] == "0");
  const std::string body = R"({"KeyId":")" + key + R"(","Plaintext":"aGk="})";
  CHECK(aws.sts("GetCallerIdentity", {}, caller(plain))["UserId"] == "000000000000:bob");
  // Without a session policy a federated user may do nothing.
  CHECK(aws.kms("Encrypt", body, caller(plain)).message ==
        "User: arn:aws:sts::000000000000:federated-user/bob is not authorized to perform: kms:Encrypt on "
        "resource: " +
            key + " because no session policy allows the kms:Encrypt action");
  const Caller limited = caller(federated({{"Policy", allow("kms:*")}}));
  CHECK(aws.kms("Encrypt", body, limited).status == 200);
  CHECK(aws.kms("DisableKey", R"({"KeyId":")" + key + "\"}", limited).code == "AccessDeniedException");
  CHECK(aws.iam("ListUsers", {}, limited).code == "InvalidClientTokenId");
  const Reply tagged = federated({{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}});
  CHECK(
      tagged.message ==
      "User: arn:aws:iam::000000000000:user/maker is not authorized to perform: sts:TagSession on resource: "
      "arn:aws:sts::000000000000:federated-user/bob because no identity-based policy allows the "
      "sts:TagSession action");
  // The root user's federated users have no other limit than their session policy.
  const Reply of_root = aws.sts("GetFederationToken", {{"Name", "eve"}, {"Policy", allow("kms:Describe*")}});
  CHECK(aws.kms("DescribeKey", R"({"KeyId":")" + key + "\"}", caller(of_root)).status == 200);
  CHECK(aws.kms("Encrypt", body, caller(of_root)).code == "AccessDeniedException");
}

}  // namespace
}  // namespace latchkey::test
