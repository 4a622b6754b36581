// What an account's password policy lets its users do without any policy of their own.
#include <catch2/catch.hpp>

#include "core/encoding.h"
#include "iam/qr_code.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

const Parameters kChange{{"OldPassword", "correct-Horse1"}, {"NewPassword", "correct-Horse2"}};

struct WithPassword : AwsTest {
  WithPassword() {
    alice = user("alice");
    iam("CreateLoginProfile", {{"UserName", "alice"}, {"Password", "correct-Horse1"}});
  }
  Caller alice;
};

}  // namespace

TEST_CASE_METHOD(WithPassword,
                 "AllowUsersToChangePassword lets a user change its own password, and read the rules") {
  CHECK(iam("ChangePassword", kChange, alice).code == "AccessDenied");
  iam("UpdateAccountPasswordPolicy", {{"AllowUsersToChangePassword", "false"}});
  CHECK(iam("ChangePassword", kChange, alice).code == "AccessDenied");
  CHECK(iam("GetAccountPasswordPolicy", {}, alice).code == "AccessDenied");
  iam("UpdateAccountPasswordPolicy", {{"AllowUsersToChangePassword", "true"}});
  CHECK(iam("ChangePassword", kChange, alice).status == 200);
  CHECK(iam("GetAccountPasswordPolicy", {}, alice).status == 200);
  // Nothing else follows from it.
  CHECK(iam("UpdateLoginProfile", {{"UserName", "alice"}, {"Password", "correct-Horse3"}}, alice).code ==
        "AccessDenied");
  CHECK(iam("DeleteAccountPasswordPolicy", {}, alice).code == "AccessDenied");
}

TEST_CASE_METHOD(WithPassword, "an explicit deny is stronger than AllowUsersToChangePassword") {
  iam("UpdateAccountPasswordPolicy", {{"AllowUsersToChangePassword", "true"}});
  iam("PutUserPolicy",
      {{"UserName", "alice"},
       {"PolicyName", "never"},
       {"PolicyDocument",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}]})"}});
  CHECK(iam("ChangePassword", kChange, alice).code == "AccessDenied");
}

TEST_CASE("a new virtual MFA device comes with a picture of its QR code") {
  AwsTest aws;
  const auto png = [&](const std::string& name) {
    const auto reply = aws.iam("CreateVirtualMFADevice", {{"VirtualMFADeviceName", name}});
    return base64_decode(reply["QRCodePNG"]).value();
  };
  const std::string first = png("a");
  CHECK(first.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(first.substr(12, 4) == "IHDR");
  CHECK(first.substr(first.size() - 8, 4) == "IEND");
  CHECK(first != png("b"));
  CHECK_THROWS_AS(iam::qr_code_png(std::string(5'000, 'x')), std::runtime_error);
}

}  // namespace latchkey::test
