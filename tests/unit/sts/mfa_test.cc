#include <catch2/catch.hpp>

#include "core/encoding.h"
#include "identity/totp.h"
#include "support/aws_test.h"

namespace latchkey::test {
namespace {

constexpr char kSerial[] = "arn:aws:iam::000000000000:mfa/phone";
constexpr char kTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]})";

struct WithDevice : AwsTest {
  WithDevice() {
    alice = user("alice", allow("sts:*"));
    iam("CreateVirtualMFADevice", {{"VirtualMFADeviceName", "phone"}});
    iam("CreateRole", {{"RoleName", "guarded"}, {"AssumeRolePolicyDocument", kTrust}});
    const auto enabled = iam("EnableMFADevice", {{"UserName", "alice"},
                                                 {"SerialNumber", kSerial},
                                                 {"AuthenticationCode1", code(-30)},
                                                 {"AuthenticationCode2", code()}});
    REQUIRE(enabled.status == 200);
  }

  std::string code(std::int64_t later = 0) {
    return totp(store.find<MfaDevice>({"000000000000", "", kSerial})->seed, clock.now().plus_seconds(later));
  }

  Reply assume(Parameters more) {
    more.emplace_back("RoleArn", "arn:aws:iam::000000000000:role/guarded");
    more.emplace_back("RoleSessionName", "me");
    return sts("AssumeRole", more, alice);
  }

  Caller alice;
};

}  // namespace

TEST_CASE_METHOD(WithDevice, "a role that wants MFA is assumed with the device's code of this moment") {
  CHECK(assume({}).code == "AccessDenied");
  CHECK(assume({{"SerialNumber", kSerial}, {"TokenCode", code()}}).status == 200);
  CHECK(assume({{"SerialNumber", kSerial}, {"TokenCode", code() == "000000" ? "000001" : "000000"}}).message ==
        "MultiFactorAuthentication failed with invalid MFA one time pass code.");
  CHECK(assume({{"SerialNumber", kSerial}}).message ==
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  CHECK(assume({{"SerialNumber", "arn:aws:iam::000000000000:mfa/other"}, {"TokenCode", code()}})
            .message.find("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify") == 0);
  const std::string old = code();
  clock.advance(120'000);
  CHECK(assume({{"SerialNumber", kSerial}, {"TokenCode", old}}).code == "AccessDenied");
}

TEST_CASE_METHOD(WithDevice, "a session that was made with MFA keeps it, and may call IAM") {
  iam("PutUserPolicy", {{"UserName", "alice"}, {"PolicyName", "more"}, {"PolicyDocument", allow("*")}});
  const auto session = [&](const Parameters& parameters) {
    const auto reply = sts("GetSessionToken", parameters, alice);
    REQUIRE(reply.status == 200);
    return Caller{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  };
  CHECK(iam("ListUsers", {}, session({})).status == 403);
  const Caller strong = session({{"SerialNumber", kSerial}, {"TokenCode", code()}});
  CHECK(iam("ListUsers", {}, strong).status == 200);
  const Parameters role{{"RoleArn", "arn:aws:iam::000000000000:role/guarded"}, {"RoleSessionName", "me"}};
  CHECK(sts("AssumeRole", role, strong).status == 200);
  CHECK(sts("AssumeRole", role, session({})).code == "AccessDenied");
}

}  // namespace latchkey::test
