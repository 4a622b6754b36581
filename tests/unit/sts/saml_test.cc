// AssumeRoleWithSAML: what a signed response must say, and what must not pass for one.
#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <sstream>

#include "core/cipher.h"
#include "core/encoding.h"
#include "identity/saml.h"
#include "support/aws_test.h"
#include "support/openssl.h"
#include "support/paths.h"
#include "support/saml.h"

namespace latchkey::test {
namespace {

constexpr char kProvider[] = "arn:aws:iam::000000000000:saml-provider/idp";
constexpr char kRole[] = "arn:aws:iam::000000000000:role/saml";
constexpr char kAttributes[] = "https://aws.amazon.com/SAML/Attributes/";

struct Saml : AwsTest {
  Saml() {
    REQUIRE(
        iam("CreateSAMLProvider", {{"Name", "idp"}, {"SAMLMetadataDocument", saml_metadata(kIssuer, key)}})
            .status == 200);
    trust(R"("StringEquals":{"saml:aud":"https://signin.aws.amazon.com/saml"})");
    iam("PutRolePolicy",
        {{"RoleName", "saml"}, {"PolicyName", "p"}, {"PolicyDocument", allow("kms:ListKeys")}});
  }

  void trust(const std::string& condition, const std::string& action = "\"sts:AssumeRoleWithSAML\"") {
    const std::string document =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
        std::string(kProvider) + R"("},"Action":[)" + action + R"(],"Condition":{)" + condition + "}}]}";
    if (iam("CreateRole", {{"RoleName", "saml"}, {"AssumeRolePolicyDocument", document}}).status != 200) {
      REQUIRE(iam("UpdateAssumeRolePolicy", {{"RoleName", "saml"}, {"PolicyDocument", document}}).status ==
              200);
    }
  }

  std::string signed_response(const SamlText& text = {}) const {
    return response(sign_element(assertion(text), text.id, key));
  }

  Reply assume_raw(const std::string& encoded, const std::string& more = {},
                   const std::string& role = kRole) {
    sigv4::RawRequest request;
    request.method = "POST";
    request.target = "/";
    request.headers = {{"Host", "localhost"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "Action=AssumeRoleWithSAML&Version=2011-06-15&RoleArn=" + percent_encode(role) +
                   "&PrincipalArn=" + percent_encode(kProvider) +
                   "&SAMLAssertion=" + percent_encode(encoded) + more;
    return send(std::move(request));
  }
  Reply assume(const std::string& xml, const std::string& more = {}) {
    return assume_raw(base64_encode(xml), more);
  }

  static constexpr char kIssuer[] = "https://idp.example.com/saml";
  SamlProviderKey key = rsa_provider();
};

void add(SamlText& text, const std::string& name, std::vector<std::string> values) {
  text.attributes.emplace_back(kAttributes + name, std::move(values));
}

std::string file_text(const std::string& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

SamlText changed(const std::function<void(SamlText&)>& change) {
  SamlText text;
  change(text);
  return text;
}

}  // namespace

TEST_CASE_METHOD(Saml, "whom a SAML provider vouches for gets the role's credentials without a signature") {
  const auto reply = assume(signed_response());
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  CHECK(reply["Subject"] == "alice");
  CHECK(reply["SubjectType"] == "persistent");
  CHECK(reply["Issuer"] == kIssuer);
  CHECK(reply["Audience"] == "https://signin.aws.amazon.com/saml");
  CHECK(reply["Arn"] == "arn:aws:sts::000000000000:assumed-role/saml/alice@example.com");
  // base64(sha1(issuer, account, "/", provider)), as the API reference describes it.
  CHECK(reply["NameQualifier"] == base64_encode(sha1("https://idp.example.com/saml000000000000/idp")));
  CHECK(reply.count("PackedPolicySize") == 0);
  CHECK(reply.count("SourceIdentity") == 0);
  const Caller session{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  CHECK(kms("ListKeys", "{}", session).status == 200);
  CHECK(kms("ListAliases", "{}", session).code == "AccessDeniedException");
  const auto entry = journal.find(reply.request_id);
  REQUIRE(entry);
  CHECK(entry->principal == kProvider);
}

TEST_CASE_METHOD(Saml, "the assertion, the response or both may be signed, with RSA or an elliptic curve") {
  const std::string plain = assertion({});
  const std::string signed_assertion = sign_element(plain, "_assertion1", key);
  CHECK(assume(sign_element(response(plain), "_response1", key)).status == 200);
  CHECK(assume(sign_element(response(signed_assertion), "_response1", key)).status == 200);
  key = elliptic_provider();
  iam("UpdateSAMLProvider",
      {{"SAMLProviderArn", kProvider}, {"SAMLMetadataDocument", saml_metadata(kIssuer, key)}});
  const auto reply = assume(signed_response());
  INFO(reply.body);
  CHECK(reply.status == 200);
  CHECK(assume(response(signed_assertion)).message == "Response signature invalid");
}

TEST_CASE_METHOD(Saml, "an assertion that says something else than it should is refused with its own code") {
  struct Row {
    std::function<void(SamlText&)> change;
    std::string code, message;
  };
  const Row rows[] = {
      {[](SamlText& t) { t.issuer = "https://other.example.com"; }, "InvalidIdentityToken",
       "Issuer not present in specified provider"},
      {[](SamlText& t) { t.audience = "https://app.example.com"; }, "InvalidIdentityToken",
       "Response does not contain the required audience"},
      {[](SamlText& t) { t.recipient = "https://signin.aws.amazon.com.evil.example/saml"; },
       "InvalidIdentityToken", "Response does not contain the required recipient"},
      {[](SamlText& t) { t.recipient = "https://x/signin.aws.amazon.com/saml"; }, "InvalidIdentityToken",
       "Response does not contain the required recipient"},
      {[](SamlText& t) { t.until = "2029-12-31T23:59:59Z"; }, "ExpiredTokenException",
       "Response has expired"},
      {[](SamlText& t) { t.session_until = "2029-12-31T23:59:59Z"; }, "ExpiredTokenException",
       "Response has expired"},
      {[](SamlText& t) { t.issued = "2029-12-31T23:54:59Z"; }, "ExpiredTokenException",
       "Token must be redeemed within 5 minutes of issuance"},
      {[](SamlText& t) { t.not_before = "2030-01-01T01:00:00Z"; }, "InvalidIdentityToken",
       "Response is not valid yet"},
      {[](SamlText& t) { t.attributes.pop_back(); }, "InvalidIdentityToken",
       "RoleSessionName is required in AuthnResponse"},
      {[](SamlText& t) { t.attributes.back().second = {"a b"}; }, "InvalidIdentityToken",
       "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
      {[](SamlText& t) { add(t, "SourceIdentity", {"aws:x"}); }, "InvalidIdentityToken",
       "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\""},
      {[](SamlText& t) { t.attributes.erase(t.attributes.begin()); }, "AccessDenied",
       "Not authorized to perform sts:AssumeRoleWithSAML"},
      {[](SamlText& t) {
         t.attributes[0].second = {"arn:aws:iam::000000000000:role/other," + std::string(kProvider)};
       },
       "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"},
  };
  for (const Row& row : rows) {
    const auto reply = assume(signed_response(changed(row.change)));
    CHECK(reply.code == row.code);
    CHECK(reply.message == row.message);
    CHECK(reply.status == (row.code == "AccessDenied" ? 403 : 400));
  }
  // In either order, among others, of a region, with blanks.
  CHECK(assume(signed_response(changed([](SamlText& t) {
          t.attributes[0].second = {"x,y", " " + std::string(kProvider) + " , " + kRole};
          t.recipient = "https://eu-west-1.signin.aws.amazon.com/saml";
          t.audience = "urn:amazon:webservices";
        }))).status == 403);  // the trust policy wants the global endpoint
  trust(R"("StringEquals":{"saml:aud":"https://eu-west-1.signin.aws.amazon.com/saml"})");
  CHECK(assume(signed_response(changed([](SamlText& t) {
          t.attributes[0].second = {"x,y", " " + std::string(kProvider) + " , " + kRole};
          t.recipient = "https://eu-west-1.signin.aws.amazon.com/saml";
          t.audience = "urn:amazon:webservices";
        }))).status == 200);
}

TEST_CASE_METHOD(Saml, "what is changed, unsigned or signed by somebody else is no assertion") {
  const std::string good = signed_response();
  const auto refused = [&](const std::string& xml) {
    const auto reply = assume(xml);
    CHECK(reply.code == "InvalidIdentityToken");
    CHECK(reply.status == 400);
    return reply.message;
  };
  const auto replaced = [](std::string text, std::string_view what, std::string_view with) {
    return text.replace(text.find(what), what.size(), with);
  };
  CHECK(refused(replaced(good, ">alice<", ">admin<")) == "Response signature invalid");
  CHECK(refused(response(assertion({}))) == "Response signature invalid");
  CHECK(refused(response(sign_element(assertion({}), "_assertion1", rsa_provider(3072)))) ==
        "Response signature invalid");
  CHECK(refused(response("")) == "Could not parse the SAML response");
  CHECK(refused("not xml") == "Could not parse the SAML response");
  CHECK(assume_raw("!!!!").message == "Invalid base64 SAMLResponse");
  // A bad signature spoils a response whose other signature is good.
  const std::string forged = replaced(sign_element(assertion({}), "_assertion1", key), ">alice<", ">admin<");
  CHECK(refused(sign_element(response(forged), "_response1", key)) == "Response signature invalid");
  const auto failed = assume(response("", "_r", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"));
  CHECK(failed.status == 403);
  CHECK(failed.code == "IDPRejectedClaim");
}

TEST_CASE_METHOD(Saml, "signatures with other transforms, methods and references do not count") {
  const auto with = [&](SigningText text) {
    return assume(response(sign_element(assertion({}), "_assertion1", key, std::move(text)))).message;
  };
  const std::string bad = "Response signature invalid";
  CHECK(
      with(
          {.transforms =
               R"(<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath xmlns:ds="http://www.w3.org/2000/09/xmldsig#">false()</ds:XPath></ds:Transform>)"}) ==
      bad);
  CHECK(with({.transforms = R"(<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>)"}) ==
        bad);
  CHECK(with({.signature = "http://www.w3.org/2000/09/xmldsig#hmac-sha1"}) == bad);
  CHECK(with({.signature = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"}) == bad);
  CHECK(with({.digest = "http://www.w3.org/2001/04/xmldsig-more#md5"}) == bad);
  CHECK(with({.uri = "#_response1"}) == bad);
  CHECK(with({.uri = "#xpointer(id('_assertion1'))"}) == bad);
  CHECK(with({.uri = "file:///etc/passwd"}) == bad);
  CHECK(with({.uri = "http://127.0.0.1:1/x"}) == bad);
  CHECK(with({.digest = "http://www.w3.org/2000/09/xmldsig#sha1"}) != bad);  // AWS takes SHA-1 still
}

TEST_CASE_METHOD(Saml, "a signed assertion cannot be wrapped: nothing that is not signed is read") {
  const SamlText honest;
  SamlText evil;
  evil.id = "_evil";
  evil.subject = "admin";
  const std::string good = sign_element(assertion(honest), honest.id, key);
  const std::string signature = good.substr(good.find("<ds:Signature "),
                                            good.find("</ds:Signature>") + 15 - good.find("<ds:Signature "));
  const auto behind_issuer = [](std::string element, const std::string& what) {
    return element.insert(element.find("</saml:Issuer>") + 14, what);
  };
  SamlText twin = evil;
  twin.id = honest.id;
  SamlText around = evil;
  around.extra = "<saml:Advice>" + good + "</saml:Advice>";
  const std::string responses[] = {
      response(assertion(evil) + good),
      response(good + assertion(evil)),
      response(assertion(twin) + good),
      response(behind_issuer(assertion(twin), signature)),
      response(behind_issuer(assertion(evil), signature)),
      // The signed one inside the false one, in its signature's Object, in the response's extensions.
      response(assertion(around)),
      response(behind_issuer(assertion(around), signature)),
      response(behind_issuer(assertion(evil), std::string(signature).replace(
                                                  signature.find("</ds:Signature>"), 15,
                                                  "<ds:Object>" + good + "</ds:Object></ds:Signature>"))),
      response("<samlp:Extensions>" + good + "</samlp:Extensions>" + assertion(evil)),
      // The id taken by another element.
      response("<samlp:Extensions xml:id=\"_assertion1\"/>" + good),
      // A response inside a response.
      response(response(good, "_inner") + assertion(evil)),
  };
  std::size_t at = 0;
  for (const std::string& xml : responses) {
    CAPTURE(at++);
    const auto reply = assume(xml);
    CHECK(reply.status == 400);
    CHECK(reply.code == "InvalidIdentityToken");
  }
  // A comment splits no text: what is signed has none.
  std::string commented = response(good);
  commented.insert(commented.find(">alice<") + 3, "<!--x-->");
  const auto reply = assume(commented);
  CHECK(reply.status == 200);
  CHECK(reply["Subject"] == "alice");
}

TEST_CASE_METHOD(Saml, "documents with definitions, entities or no end are refused") {
  const std::string good = signed_response();
  std::string bomb = "<!DOCTYPE r [<!ENTITY a0 \"aaaaaaaaaa\">";
  for (int i = 1; i < 20; ++i) {
    bomb += "<!ENTITY a" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) bomb += "&a" + std::to_string(i - 1) + ";";
    bomb += "\">";
  }
  std::string deep;
  for (int i = 0; i < 50'000; ++i) deep += "<a>";
  const std::string documents[] = {
      bomb + "]><r>&a19;</r>",
      "<!DOCTYPE r>" + good,
      "<!DOCTYPE r SYSTEM \"file:///etc/passwd\">" + good,
      "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>",
      "<!DOCTYPE r [<!ATTLIST r ID ID #IMPLIED>]>" + good,
      deep,
      good + good,
      std::string("\xff\xfe<\0r\0>\0", 8),
      "",
      std::string(10, '\0'),
  };
  for (const std::string& xml : documents) {
    if (xml.size() < 3) continue;
    if (xml.size() < 60'000) CHECK(assume(xml).message == "Could not parse the SAML response");
    CHECK(read_saml_response(xml, {kIssuer, {key.certificate}}, {}).error() == SamlFault::malformed);
    CHECK_FALSE(parse_saml_metadata(xml));
  }
}

TEST_CASE_METHOD(
    Saml, "session tags, a source identity and the provider's condition keys come from the assertion") {
  SamlText text;
  add(text, "PrincipalTag:team", {"blue"});
  add(text, "TransitiveTagKeys", {"team"});
  add(text, "SourceIdentity", {"alice"});
  text.attributes.push_back({"urn:oid:1.3.6.1.4.1.5923.1.1.1.1", {"staff", "member"}});
  CHECK(assume(signed_response(text)).message == "Not authorized to perform sts:TagSession");
  const std::string actions = R"("sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity")";
  trust(
      R"("StringEquals":{"saml:sub":"alice","saml:sub_type":"persistent","saml:iss":"https://idp.example.com/saml",
                           "saml:doc":"000000000000/idp","aws:RequestTag/team":"blue","sts:SourceIdentity":"alice",
                           "sts:RoleSessionName":"alice@example.com"},
           "ForAllValues:StringEquals":{"saml:edupersonaffiliation":["staff","member"],"sts:TransitiveTagKeys":"team"},
           "Null":{"saml:edupersonaffiliation":"false"})",
      actions);
  const auto reply = assume(signed_response(text));
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  CHECK(reply["SourceIdentity"] == "alice");
  CHECK(reply["PackedPolicySize"] == "1");
  // What lasts is there for the session's own requests too.
  const Caller session{reply["AccessKeyId"], reply["SecretAccessKey"], reply["SessionToken"]};
  const auto policy_with = [&](const std::string& condition) {
    iam("PutRolePolicy",
        {{"RoleName", "saml"},
         {"PolicyName", "p"},
         {"PolicyDocument",
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*","Condition":{"StringEquals":{)" +
              condition + "}}}]}"}});
    return kms("ListKeys", "{}", session).status;
  };
  CHECK(policy_with(R"("saml:sub":"alice","saml:sub_type":"persistent","aws:FederatedProvider":")" +
                    std::string(kProvider) +
                    R"(","aws:PrincipalTag/team":"blue","aws:SourceIdentity":"alice")") == 200);
  CHECK(policy_with(R"("saml:sub":"bob")") == 400);
  CHECK(policy_with(R"("saml:iss":"https://idp.example.com/saml")") == 400);
}

TEST_CASE_METHOD(Saml,
                 "a session ends with the provider's, and no sooner than DurationSeconds says otherwise") {
  SamlText text;
  add(text, "SessionDuration", {"43200"});  // the console's
  CHECK(assume(signed_response(text))["Expiration"] == "2030-01-01T01:00:00Z");
  CHECK(assume(signed_response(text), "&DurationSeconds=900")["Expiration"] == "2030-01-01T00:15:00Z");
  text.session_until = "2030-01-01T00:30:00Z";
  CHECK(assume(signed_response(text))["Expiration"] == "2030-01-01T00:30:00Z");
  const auto refused = assume(signed_response(text), "&DurationSeconds=7200");
  CHECK(refused.message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_CASE_METHOD(Saml, "encrypted assertions are opened with the provider's private keys") {
  const std::string pem = file_text(data_path("kms/rsa_3072.pem"));
  const std::string public_der = public_der_of(rsa_key(3072));
  const std::string inner = sign_element(assertion({}), "_assertion1", key);
  const std::string sealed = response(encrypted(inner, public_der));
  CHECK(assume(sealed).message ==
        "The SAML assertion cannot be decrypted with the private keys of the provider");
  REQUIRE(
      iam("UpdateSAMLProvider",
          {{"SAMLProviderArn", kProvider}, {"AddPrivateKey", pem}, {"AssertionEncryptionMode", "Required"}})
          .status == 200);
  const auto reply = assume(sealed);
  INFO(reply.body);
  CHECK(reply.status == 200);
  // The signature may stand around what is encrypted.
  CHECK(assume(sign_element(response(encrypted(assertion({}), public_der)), "_response1", key)).status ==
        200);
  CHECK(assume(response(encrypted(assertion({}), public_der))).message == "Response signature invalid");
  CHECK(assume(signed_response()).message == "The provider requires encrypted assertions");
}

TEST_CASE_METHOD(Saml, "names that are none of the provider's or the role's are refused") {
  CHECK(assume_raw(base64_encode(signed_response()), "", "arn:aws:iam::000000000000:user/saml").message ==
        "Request ARN is invalid");
  CHECK(assume_raw(base64_encode(signed_response()), "", "arn:aws:iam::111122223333:role/saml").message ==
        "Specified provider doesn't exist");
  CHECK(
      iam("CreateSAMLProvider", {{"Name", "x"}, {"SAMLMetadataDocument", std::string(1000, 'x')}}).message ==
      "Could not parse metadata");
}

}  // namespace latchkey::test
