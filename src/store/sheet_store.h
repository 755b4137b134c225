// SQL texts, addressed by content, kept in chunks so that their size is bounded by the disk alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/transaction.h"

namespace argus::store {

inline constexpr std::size_t kMaxSheetChunk = 1 << 20;

// The sheet of `content`, existing or new. `content` stays empty in the answer.
Result<v1::Sheet> PutSheet(Transaction& tx, const domain::ProjectName& parent, std::string_view content,
                           const std::string& creator);
// NOT_FOUND. Everything but the content.
Result<v1::Sheet> GetSheet(Reader& reader, const domain::SheetName& name);
// The chunk of that number, from 0, at most kMaxSheetChunk bytes (it may split a character); nullopt past the end.
Result<std::optional<std::string>> ReadSheetChunk(Reader& reader, const domain::SheetName& name, std::int64_t number);
// The content up to `limit` bytes. NOT_FOUND.
Result<std::string> ReadSheet(Reader& reader, const domain::SheetName& name, std::size_t limit);

// A large sheet arrives in several transactions: begin, append chunk by chunk (from 0, each but the last full), publish
// under the hash that is known only then. An upload that is never published is removed by DeleteStaleUploads.
Result<std::int64_t> BeginSheetUpload(Transaction& tx);
void AppendSheetChunk(Transaction& tx, std::int64_t upload, std::int64_t number, std::string chunk);
// The sheet, existing (then the upload is dropped) or new.
Result<v1::Sheet> PublishSheet(Transaction& tx, std::int64_t upload, const domain::SheetName& name, std::int64_t size,
                               const std::string& creator);
void DeleteStaleUploads(Transaction& tx, Timestamp begun_before);

}  // namespace argus::store
