// Answers and errors as AWS's two protocols write them.
//
// JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
// Query:    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/value.h"

namespace latchkey {

std::string xml_escape(std::string_view text);

// <ActionResponse xmlns="..."><ActionResult>...</ActionResult><ResponseMetadata>...; a result that is none (not an empty
// Members) has no Result element, as the operations without an answer have none.
std::string query_answer(std::string_view action, std::string_view xml_namespace, const Value& result,
                         std::string_view request_id);
std::string query_error(const AwsError& error, std::string_view xml_namespace, std::string_view request_id);

std::string json_answer(const Value& result);  // none: an empty body
std::string json_error(const AwsError& error);

}  // namespace latchkey
