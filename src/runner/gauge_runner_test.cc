// Gauges over a real metastore that comes and goes.
#include "runner/gauge_runner.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "command/change_test_support.h"
#include "runner/certificate.h"

namespace argus::runner {
namespace {

// A self-signed certificate that ends in `seconds`.
std::string Certificate(long seconds) {
  EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  X509* const certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, nullptr);
  BIO* const out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

using command::Must;

double Now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

TEST(EarliestEnd, IsOfTheShortestLived) {
  EXPECT_FALSE(EarliestEnd(""));
  EXPECT_FALSE(EarliestEnd("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"));
  const auto end = EarliestEnd(Certificate(100'000) + Certificate(1'000));
  ASSERT_TRUE(end);
  EXPECT_NEAR(static_cast<double>(ToMicros(*end)) / 1e6, Now() + 1'000, 5);
}

class GaugeRunnerTest : public command::ChangeTest {
 protected:
  static constexpr std::chrono::seconds kPatience{20};

  std::unique_ptr<GaugeRunner> Run() {
    return std::make_unique<GaugeRunner>(GaugeServices{*metastore_, logger_, runs_metrics_, gauges_, changes_},
                                         folder_.path(), std::chrono::milliseconds(20));
  }
  double Value(const std::string& series) const {
    const std::string text = "\n" + registry_.RenderText();
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
  // The gauge comes to that value.
  testing::AssertionResult Becomes(const std::string& series, double value) const {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (Value(series) != value) {
      if (std::chrono::steady_clock::now() >= end) {
        return testing::AssertionFailure() << series << " is " << Value(series) << ", not " << value;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return testing::AssertionSuccess();
  }
  double UnixNow() const { return static_cast<double>(ToMicros(clock_.Now())) / 1e6; }

  RunMetrics runs_metrics_{registry_};
  GaugeMetrics gauges_{registry_};
  log::Logger logger_{{.level = log::Level::kError, .fd = 2}};
};
ARGUS_COMMAND_SUITE(GaugeRunnerTest);

TEST_P(GaugeRunnerTest, FollowsAChange) {
  const auto runner = Run();
  EXPECT_TRUE(Becomes("argus_metastore_up", 1));
  EXPECT_TRUE(Becomes("argus_task_run_total{state=\"failed\",engine=\"postgres\",environment=\"prod\"}", 0));
  const auto plan = AddPlan({kDev});
  const auto issue = AddIssue(plan);
  EXPECT_TRUE(Becomes("argus_issues_open{approval_status=\"checking\"}", 1));
  EndChecks();
  EXPECT_TRUE(Becomes("argus_issues_open{approval_status=\"pending\"}", 1));
  EXPECT_TRUE(Becomes("argus_issues_open{approval_status=\"checking\"}", 0));
  EXPECT_TRUE(Becomes("argus_issue_oldest_pending_approval_timestamp_seconds", UnixNow()));
  Must(Approve("bob", issue));
  EXPECT_TRUE(Becomes("argus_issue_oldest_pending_approval_timestamp_seconds", 0));
  const auto rollout = Must(CreateRollout(plan));
  EXPECT_TRUE(Becomes("argus_rollouts{state=\"not_started\"}", 1));
  Must(Start(rollout));
  EXPECT_TRUE(Becomes("argus_task_runs{state=\"pending\"}", 1));
  const auto claimed = Claim();
  EXPECT_TRUE(Becomes("argus_task_runs{state=\"running\"}", 1));
  EXPECT_TRUE(Becomes("argus_task_run_oldest_running_start_timestamp_seconds", UnixNow()));
  End(*claimed, v1::TaskRun::UNKNOWN);
  EXPECT_TRUE(Becomes("argus_task_runs{state=\"unknown\"}", 1));
  EXPECT_TRUE(Becomes("argus_task_run_oldest_running_start_timestamp_seconds", 0));
  EXPECT_TRUE(Becomes("argus_audit_log_last_entry_timestamp_seconds", UnixNow()));
  EXPECT_GT(Value("argus_data_directory_free_bytes"), 0);
}

TEST_P(GaugeRunnerTest, ShowsTheFirstCertificateToEnd) {
  v1::Instance instance;
  instance.set_engine(v1::POSTGRES);
  instance.set_state(v1::ACTIVE);
  instance.mutable_tls()->set_client_certificate(Certificate(5'000));
  Write([&](store::Transaction& tx) { Must(store::InsertInstance(tx, {"pg1"}, instance, {})); });
  const double end = static_cast<double>(ToMicros(*EarliestEnd(instance.tls().client_certificate()))) / 1e6;
  const auto runner = Run();
  EXPECT_TRUE(Becomes("argus_certificate_expiry_timestamp_seconds{kind=\"client\"}", end));
  EXPECT_EQ(Value("argus_certificate_expiry_timestamp_seconds{kind=\"authority\"}"), 0);
}

}  // namespace
}  // namespace argus::runner
