// Inputs of operations made from their tables, and the requests that carry them.
#pragma once

#include <span>
#include <string>

#include "core/shape.h"
#include "pipeline/operation.h"
#include "support/aws_test.h"

namespace latchkey::test {

std::string repeated(std::int64_t count);

// Some value of the shape that keeps its bounds; it need not mean anything.
Value least(const Shape& shape);
// The required members, each with such a value.
Members least(std::span<const Member> members);

Reply send(AwsTest& aws, const Service& service, const Operation& operation, const Value& input,
           const Caller& caller = {});

}  // namespace latchkey::test
