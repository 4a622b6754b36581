// For every operation and every member, down to the last structure: values below, on and above each bound,
// through the whole pipeline. What is out of bounds is named as AWS names it, what is within is not, and
// nothing ends in a 5xx.
#include <catch2/catch.hpp>

#include <set>

#include "core/encoding.h"
#include "core/pattern.h"
#include "iam/service.h"
#include "kms/service.h"
#include "sts/service.h"
#include "support/aws_test.h"
#include "support/inputs.h"

using namespace latchkey;
using latchkey::test::AwsTest;
using latchkey::test::least;
using latchkey::test::repeated;
using latchkey::test::Reply;

namespace {

constexpr std::int64_t kLongest = 300'000;  // beyond this a request is larger than the server reads

struct Probe {
  Value value;
  std::string path;  // as AWS writes it
  std::string must;  // what follows "Member must "
  bool violated;     // the answer says so, or does not
  bool empty_list = false;
};

std::string path_name(std::string_view name) {
  std::string out(name);
  out[0] = to_lower(out.substr(0, 1))[0];
  return out;
}

Value sized(const Shape& shape, std::int64_t size) {
  if (shape.kind == Shape::Kind::text) return repeated(size);
  if (shape.kind == Shape::Kind::blob) return Blob{repeated(size)};
  if (shape.kind == Shape::Kind::list) return List(static_cast<std::size_t>(size), least(*shape.element));
  return size;
}

// --- Probes
// ----------------------------------------------------------------------------------------------------------

class Prober {
 public:
  std::vector<Probe> take() { return std::move(found_); }

  void structure(std::span<const Member> members, const std::string& prefix,
                 const std::function<Value(Members)>& wrap) {
    for (const Member& member : members) {
      const std::string path = prefix + path_name(member.name);
      Members others = least(members);
      others.erase(member.name);
      if (member.required) found_.push_back({wrap(others), path, "not be null", true});
      shape(*member.shape, path, [&](Value value) {
        Members all = others;
        all.add(std::string(member.name), std::move(value));
        return wrap(std::move(all));
      });
    }
  }

 private:
  using Wrap = std::function<Value(Value)>;

  void shape(const Shape& shape, const std::string& path, const Wrap& wrap) {
    switch (shape.kind) {
      case Shape::Kind::boolean:
      case Shape::Kind::time:
        return;
      case Shape::Kind::integer:
        return bounds(shape, path, "value", wrap);
      case Shape::Kind::blob:
        return bounds(shape, path, "length", wrap);
      case Shape::Kind::text:
        return text(shape, path, wrap);
      case Shape::Kind::list:
        bounds(shape, path, "length", wrap);
        return this->shape(*shape.element, path + ".1.member",
                           [&](Value value) { return wrap(List{std::move(value)}); });
      case Shape::Kind::map:
        return this->shape(*shape.element, path + ".a.member", [&](Value value) {
          return wrap(Members{{"a", std::move(value)}});
        });
      case Shape::Kind::structure:
        return structure(shape.members, path + ".", [&](Members all) { return wrap(std::move(all)); });
    }
  }

  void bounds(const Shape& shape, const std::string& path, const std::string& what, const Wrap& wrap) {
    const std::string least_must = "have " + what + " greater than or equal to " + std::to_string(shape.min);
    const std::string most_must = "have " + what + " less than or equal to " + std::to_string(shape.max);
    const bool number = shape.kind == Shape::Kind::integer;
    // The whole range of a 32-bit number is no constraint.
    if (number ? shape.min > std::numeric_limits<std::int32_t>::min() : shape.min > 0) {
      found_.push_back({wrap(sized(shape, shape.min - 1)), path, least_must, true,
                        shape.kind == Shape::Kind::list && shape.min == 1});
      found_.push_back({wrap(sized(shape, shape.min)), path, least_must, false});
    }
    if (number ? shape.max < std::numeric_limits<std::int32_t>::max() : shape.max < kLongest) {
      found_.push_back({wrap(sized(shape, shape.max)), path, most_must, false});
      found_.push_back({wrap(sized(shape, shape.max + 1)), path, most_must, true});
    }
  }

  void text(const Shape& shape, const std::string& path, const Wrap& wrap) {
    if (!shape.values.empty()) {
      for (const std::string_view value : shape.values)
        found_.push_back({wrap(value), path, "satisfy enum value set", false});
      found_.push_back({wrap("no such value"), path, "satisfy enum value set", true});
      return;
    }
    bounds(shape, path, "length", wrap);
    if (shape.pattern.empty() || !shape.pattern_words.empty()) return;
    const std::string bad = repeated(std::max<std::int64_t>(shape.min, 1)) +
                            "\xe2\x82\xac"
                            "\x01";
    if (matches_pattern(shape.pattern, bad)) return;
    found_.push_back(
        {wrap(bad), path, "satisfy regular expression pattern: " + std::string(shape.pattern), true});
  }

  std::vector<Probe> found_;
};

std::vector<Probe> probes_of(const Operation& operation) {
  Prober prober;
  prober.structure(operation.input, "", [](Members all) { return Value(std::move(all)); });
  return prober.take();
}

std::size_t check_all(const Service& service) {
  AwsTest aws;
  std::size_t sent = 0;
  for (const Operation& operation : service.operations) {
    for (const Probe& probe : probes_of(operation)) {
      if (service.protocol == Protocol::query && probe.empty_list) continue;  // a form cannot say that either
      const Reply reply = send(aws, service, operation, probe.value);
      const std::string phrase =
          "at '" + probe.path + "' failed to satisfy constraint: Member must " + probe.must;
      const bool named = reply.message.find(phrase) != std::string::npos;
      ++sent;
      // 501 is what an operation or member that is not there yet says of itself.
      const bool broken = reply.status >= 500 && reply.status != 501;
      if (named == probe.violated && !broken && (!named || reply.status == 400)) continue;
      CAPTURE(operation.name, phrase, probe.violated, reply.status, reply.message.substr(0, 500));
      FAIL_CHECK("a bound is not kept as the table says");
    }
  }
  return sent;
}

}  // namespace

TEST_CASE("every bound of every member of KMS is kept and named as AWS names it") {
  CHECK(check_all(kms::service()) > 300);
}

TEST_CASE("every bound of every member of IAM is kept and named as AWS names it") {
  CHECK(check_all(iam::service()) > 500);
}

TEST_CASE("every bound of every member of STS is kept and named as AWS names it") {
  CHECK(check_all(sts::service()) > 50);
}
