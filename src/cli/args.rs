//! The command line as it is written: structures without logic.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What a CloudFormation stack tree costs, per environment, before it is deployed.
#[derive(Debug, Parser)]
#[command(name = "isms-cost", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  isms-cost estimate                             all environments of isms-cost.yaml, side by side
  isms-cost estimate --env production --explain  one environment with its assumptions
  isms-cost estimate --template app.yaml --parameter Size=large --region eu-west-1
  isms-cost explain Database/AuroraWriter --env production
  isms-cost report --base origin/main            one page for people, and the data beside it
  isms-cost check --env production --fail-on medium
  isms-cost gate --base origin/main              one yes or no, for CI
  isms-cost prices show --service ECS --region eu-west-2

Exit: 0 fine, 1 the gate says no, 2 the input or the call is wrong.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Price every resource, a month, at list prices
    Estimate(EstimateArgs),
    /// Judge what would be deployed by the rules
    Check(CheckArgs),
    /// Gather evidence for an auditor: controls, rules, resources, results
    Evidence(EvidenceArgs),
    /// Show what a change costs a month, and what moved each amount
    Diff(DiffArgs),
    /// Write a page for people and the data for programs
    Report(ReportArgs),
    /// Say one yes or no over budgets, findings, what is not known and what has no price
    Gate(GateArgs),
    /// Create or update the one comment on the pull request
    Comment(CommentArgs),
    /// Show where a resource's amount comes from and what reaches it, or what a rule is about
    Explain(ExplainArgs),
    /// Compare the estimate with what was billed, and learn usage from it
    Actuals(ActualsArgs),
    /// Look into the price book
    Prices(PricesArgs),
    /// List the rules
    Rules {
        /// Output format
        #[arg(long, value_enum, default_value_t = RulesFormat::Table)]
        format: RulesFormat,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What to evaluate: shared by every command that takes an environment.
#[derive(Args, Clone, Debug, Default)]
pub struct InputArgs {
    /// Environment of isms-cost.yaml; may be given several times [default: all]
    #[arg(long = "env", value_name = "NAME")]
    pub environments: Vec<String>,
    /// Configuration file [default: isms-cost.yaml here or above, up to the repository's top]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Root template; works without a configuration
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Parameter file in any of the AWS CLI's forms; may be given several times, later ones win
    #[arg(long, value_name = "FILE")]
    pub parameters: Vec<PathBuf>,
    /// One parameter; wins over the files
    #[arg(long = "parameter", value_name = "KEY=VALUE")]
    pub parameter: Vec<String>,
    /// Usage file
    #[arg(long, value_name = "FILE")]
    pub usage: Option<PathBuf>,
    /// Region deployed to, for example eu-west-2
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Currency to print, with a rate in isms-cost.yaml or --fx
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Exchange rate: US dollars for one unit, and its date, for example GBP=1.34@2026-10-30
    #[arg(long, value_name = "CODE=RATE@DATE")]
    pub fx: Option<String>,
    /// Count the monthly free allowances, as if this environment had them alone
    #[arg(long)]
    pub free_tier: bool,
    /// Folder of price files (REGION.tsv) in place of the embedded ones
    #[arg(long, value_name = "DIR")]
    pub price_book: Option<PathBuf>,
    /// The day to take as today, for price ages that do not change
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub today: Option<String>,
}

const ESTIMATE_EXAMPLES: &str = "\
Examples:
  isms-cost estimate --env production --explain
  isms-cost estimate --format json | jq '.environments[].monthly'
  isms-cost estimate --env staging --parameter SpotPercentage=0
  isms-cost estimate --template app.yaml --parameters prod.json --usage usage.yaml --region eu-west-1";

/// `estimate`.
#[derive(Args, Debug)]
#[command(after_help = ESTIMATE_EXAMPLES)]
pub struct EstimateArgs {
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Add the assumption behind every line
    #[arg(long)]
    pub explain: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  isms-cost check --env production --fail-on medium
  isms-cost check --format sarif > isms-cost.sarif
  isms-cost check --write-baseline isms-cost-baseline.json
  isms-cost explain logs.retention

A fault is accepted for a time under policy.waivers of isms-cost.yaml, or by a comment in the template:
  # isms-cost: ignore RULE reason ... owner NAME until YYYY-MM-DD";

/// `check`.
#[derive(Args, Debug)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct CheckArgs {
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Least severity of a fault that makes the exit code 1
    #[arg(long, value_enum, default_value_t = Level::High, value_name = "SEVERITY")]
    pub fail_on: Level,
    /// Exit with 1 also where an answer is not known
    #[arg(long)]
    pub deny_unknown: bool,
    /// Judge by this file of Guard rules too; may be given several times [default: policy.guard of isms-cost.yaml]
    #[arg(long, value_name = "FILE")]
    pub guard: Vec<PathBuf>,
    /// Accept the faults that this file lists [default: policy.baseline of isms-cost.yaml]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all faults of now into a baseline, and judge nothing
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = CheckFormat::Table)]
    pub format: CheckFormat,
    /// Draw who reaches whom in place of judging it
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with_all = ["write_baseline", "format"])]
    pub graph: Option<GraphLanguage>,
}

/// Languages of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphLanguage {
    /// Mermaid, which GitHub draws in markdown
    Mermaid,
    /// Graphviz
    Dot,
}

/// Severities on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Every fault
    Low,
    /// Medium and above
    Medium,
    /// High and above
    High,
    /// Critical only
    Critical,
}

impl From<Level> for crate::rules::Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
            Level::Critical => Self::Critical,
        }
    }
}

/// Output formats of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For a page
    Markdown,
}

/// Output formats of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For a page or comment
    Markdown,
    /// Annotations of a GitHub Actions run
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
}

const EVIDENCE_EXAMPLES: &str = "\
Examples:
  isms-cost evidence --env production --framework iso27001 > evidence.md
  isms-cost evidence --framework soc2 --format json

Frameworks: iso27001, soc2, pci, nist, cis, nis2, c5, k-isms.";

/// `evidence`.
#[derive(Args, Debug)]
#[command(after_help = EVIDENCE_EXAMPLES)]
pub struct EvidenceArgs {
    /// The framework whose controls are listed
    #[arg(long, value_name = "NAME")]
    pub framework: String,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = EvidenceFormat::Markdown)]
    pub format: EvidenceFormat,
}

/// Output formats of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvidenceFormat {
    /// A page
    Markdown,
    /// For programs
    Json,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  isms-cost diff --base origin/main
  isms-cost diff --base v1.2.0 --env production --format markdown
  isms-cost diff --base ../released --moved Network/Nat=Network/NatGateway

Both sides have the same prices, usage and rate. What moved each amount (a parameter, a mapping's entry, a
condition, a property, a resource) stands under it; the parts sum to it.";

/// `diff`.
#[derive(Args, Debug)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct DiffArgs {
    /// What it was before: a git commit, read without touching the work tree, or a folder
    #[arg(long, value_name = "GIT-REF|DIR")]
    pub base: String,
    /// A resource, or a nested stack with all in it, that has another address now; may be given several times
    #[arg(long = "moved", value_name = "OLD=NEW")]
    pub moved: Vec<String>,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Table)]
    pub format: DiffFormat,
}

/// Output formats of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For a page or comment
    Markdown,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  isms-cost report                               writes reports/report.html and its data
  isms-cost report --base origin/main            and what changed since then
  isms-cost report --out build/cost --env production

Written: report.html, which needs nothing else; estimate.json and .csv, findings.json, gate.json, diff.json (with --base),
focus-1.2.csv (the forecast as FOCUS 1.2 has charges), bcm-pricing-calculator.json (rows for AWS's calculator).";

/// `report`.
#[derive(Args, Debug)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct ReportArgs {
    /// Folder to write into
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// What it was before: a git commit, read without touching the work tree, or a folder
    #[arg(long, value_name = "GIT-REF|DIR")]
    pub base: Option<String>,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
}

const GATE_EXAMPLES: &str = "\
Examples:
  isms-cost gate --base origin/main
  isms-cost gate --base origin/main --fail-on medium --deny-unpriced
  isms-cost gate --count all                     without a base: limits and all findings

Budgets stand under budgets, defaults of these options under gate in isms-cost.yaml.
Exit: 0 yes, 1 no, 2 the input or the call is wrong.";

/// `gate`.
#[derive(Args, Debug)]
#[command(after_help = GATE_EXAMPLES)]
pub struct GateArgs {
    /// What it was before: a git commit, read without touching the work tree, or a folder
    #[arg(long, value_name = "GIT-REF|DIR")]
    pub base: Option<String>,
    /// What the gate says no to.
    #[command(flatten)]
    pub rules: GateRules,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Table)]
    pub format: DiffFormat,
}

const COMMENT_EXAMPLES: &str = "\
Examples:
  isms-cost comment --base origin/main                 in a workflow or pipeline
  isms-cost comment --base origin/main --dry-run       print it

GitHub Actions: GITHUB_TOKEN with pull-requests: write; the rest is set. GitLab CI: ISMS_COST_GITLAB_TOKEN, a token
with the scope api; the rest is set. SSL_CERT_FILE names certificate authorities of your own.
The exit code is not the gate's: 0 the comment is right, 2 it could not be made or posted.";

/// `comment`.
#[derive(Args, Debug)]
#[command(after_help = COMMENT_EXAMPLES)]
pub struct CommentArgs {
    /// What it was before: a git commit, read without touching the work tree, or a folder
    #[arg(long, value_name = "GIT-REF|DIR")]
    pub base: String,
    /// Print the comment and post nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Number of the pull request [default: what the CI run is for]
    #[arg(long, value_name = "NUMBER")]
    pub pull_request: Option<u64>,
    /// Post a first comment only if an environment changes by this much a month, in the configured currency, or a
    /// finding, a gap or the gate has something to say [default: comment.threshold of isms-cost.yaml, else any change]
    #[arg(long, value_name = "AMOUNT")]
    pub threshold: Option<rust_decimal::Decimal>,
    /// Tells several comments on one pull request apart [default: comment.key of isms-cost.yaml, else default]
    #[arg(long, value_name = "NAME")]
    pub key: Option<String>,
    /// Longest time to wait for a forge that limits requests, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub max_wait: u64,
    /// What the gate says no to.
    #[command(flatten)]
    pub rules: GateRules,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
}

/// What the gate says no to: options over the configuration.
#[derive(Args, Clone, Debug, Default)]
pub struct GateRules {
    /// Least severity of a fault that counts [default: gate.fail_on of isms-cost.yaml, else high]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Level>,
    /// Which findings, unknowns and unpriced parts count [default: gate.count of isms-cost.yaml, else new]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub count: Option<CountArg>,
    /// Say no also to a finding or budget whose answer is not known
    #[arg(long)]
    pub deny_unknown: bool,
    /// Say no also to what has no price
    #[arg(long)]
    pub deny_unpriced: bool,
    /// A resource or nested stack that has another address than in the base; may be given several times
    #[arg(long = "moved", value_name = "OLD=NEW")]
    pub moved: Vec<String>,
}

/// Which findings count, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CountArg {
    /// Those that the change brings; without --base all
    New,
    /// All
    All,
}

impl From<CountArg> for crate::gate::Count {
    fn from(count: CountArg) -> Self {
        match count {
            CountArg::New => Self::New,
            CountArg::All => Self::All,
        }
    }
}

/// `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// Address of a resource, for example Database/AuroraWriter, or a rule, for example deploy.ecr-policy
    pub address: String,
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
}

const ACTUALS_EXAMPLES: &str = "\
Examples:
  isms-cost actuals --env production             the last month that is over, from Cost Explorer (3 requests at least)
  isms-cost actuals --env production --from cur-2026-10.csv.gz --month 2026-10
  isms-cost actuals --env production --from focus.parquet --write-usage usage.yaml
  isms-cost actuals --env production --sql athena --month 2026-10 > bill.sql
  isms-cost actuals --env production --from answer.csv --month 2026-10   what Athena answered";

/// `actuals`.
#[derive(Args, Debug)]
#[command(after_help = ACTUALS_EXAMPLES)]
pub struct ActualsArgs {
    /// What to evaluate.
    #[command(flatten)]
    pub input: InputArgs,
    /// Billing month [default: the last that is over]
    #[arg(long, value_name = "YYYY-MM")]
    pub month: Option<String>,
    /// The bill: CUR 2.0, FOCUS 1.2, the answer of --sql, Cost Explorer's CSV; may be given several times
    /// [default: asks Cost Explorer, which costs money]
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    /// Key of the cost-allocation tag
    #[arg(long, value_name = "KEY", default_value = "Environment")]
    pub tag: String,
    /// The tag's value [default: the environment's name]
    #[arg(long, value_name = "VALUE")]
    pub tag_value: Option<String>,
    /// Most that requests to Cost Explorer may cost, USD; each page of an answer is one
    #[arg(long, value_name = "USD", default_value = "0.10")]
    pub max_api_cost: rust_decimal::Decimal,
    /// Folder of the bills of closed months, which are asked for once [default: isms-cost in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Write a usage file whose expected figures make the estimate's quantities those of the bill
    #[arg(long, value_name = "FILE")]
    pub write_usage: Option<PathBuf>,
    /// Print the query that sums an export, for a bill too large for this machine; --from takes its answer as CSV
    #[arg(long, value_enum, value_name = "DIALECT", conflicts_with_all = ["from", "write_usage"])]
    pub sql: Option<SqlDialect>,
    /// The export that the query is for
    #[arg(long, value_enum, value_name = "EXPORT", default_value_t = SqlTable::Cur, requires = "sql")]
    pub sql_table: SqlTable,
    /// The export's table in the query [default: the name that AWS's exports give it]
    #[arg(long, value_name = "NAME", requires = "sql")]
    pub table: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = DiffFormat::Table)]
    pub format: DiffFormat,
}

/// Dialects of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlDialect {
    /// Amazon Athena
    Athena,
    /// DuckDB
    Duckdb,
}

/// Exports that the SQL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlTable {
    /// CUR 2.0
    Cur,
    /// FOCUS 1.2 with AWS's columns
    Focus,
}

/// `prices`.
#[derive(Args, Debug)]
pub struct PricesArgs {
    /// What to do with the price book.
    #[command(subcommand)]
    pub command: PricesCommand,
}

const IMPORT_EXAMPLES: &str = "\
The offer files are public and need no credentials:
  https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/SERVICE/current/REGION/index.csv

Examples:
  isms-cost prices import AmazonECS.csv --price-book prices/ --dry-run
  isms-cost prices import AmazonECS.csv --price-book prices/
  isms-cost estimate --price-book prices/";

const REFRESH_EXAMPLES: &str = "\
Examples:
  isms-cost prices refresh --price-book prices/ --region eu-west-2
  isms-cost prices refresh --price-book prices/ --service AmazonECS --dry-run
  isms-cost prices refresh --price-book prices/ --region eu-central-1 --service AmazonRDS --bulk
  isms-cost prices verify

Asked for is what the book has: every usage type of the regions, all tiers. Fargate Spot is in no price list and stays
as it is. price_book: DIR in isms-cost.yaml saves the option, and lets every other command use that folder.";

/// What of the price book to ask AWS for.
#[derive(Args, Clone, Debug)]
pub struct AskArgs {
    /// Folder of price files (REGION.tsv) [default: price_book of isms-cost.yaml; verify: the embedded prices]
    #[arg(long, value_name = "DIR")]
    pub price_book: Option<PathBuf>,
    /// Only this region; may be given several times [default: every region of the book]
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Only this service code, for example AmazonECS; may be given several times [default: every service of the book]
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
}

/// The commands of `prices`.
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// List price rows
    Show {
        /// Part of a service code, for example ECS
        #[arg(long)]
        service: Option<String>,
        /// Region, or global
        #[arg(long)]
        region: Option<String>,
        /// Part of a usage type or description
        #[arg(value_name = "TEXT")]
        text: Option<String>,
        /// Folder of price files (REGION.tsv) in place of the embedded ones
        #[arg(long, value_name = "DIR")]
        price_book: Option<PathBuf>,
        /// Output format
        #[arg(long, value_enum, default_value_t = RowsFormat::Table)]
        format: RowsFormat,
    },
    /// Ask AWS for the prices of now and write them; needs credentials with pricing:GetProducts
    #[command(after_help = REFRESH_EXAMPLES)]
    Refresh {
        /// What to ask for.
        #[command(flatten)]
        ask: AskArgs,
        /// Take the whole price file of each service and region, in place of single prices
        #[arg(long)]
        bulk: bool,
        /// Say what would change and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Compare the price book with AWS's prices of now and write nothing; exit 1 where they differ
    Verify {
        /// What to ask for.
        #[command(flatten)]
        ask: AskArgs,
    },
    /// Take a service's prices from an offer file of AWS (CSV or JSON)
    #[command(after_help = IMPORT_EXAMPLES)]
    Import {
        /// Offer file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Folder of price files (REGION.tsv) to write; begins as a copy of the embedded prices
        #[arg(long, value_name = "DIR")]
        price_book: Option<PathBuf>,
        /// Only this region; may be given several times [default: every region of the file]
        #[arg(long = "region", value_name = "REGION")]
        regions: Vec<String>,
        /// Keep the service's prices that the file does not have, for files that are an excerpt
        #[arg(long)]
        keep: bool,
        /// Say what would change and write nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// Output formats of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// For a page or comment
    Markdown,
    /// One row a line item
    Csv,
    /// One page that needs nothing else
    Html,
}

/// Output formats of price rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsFormat {
    /// For a terminal
    Table,
    /// For programs
    Json,
    /// One line a row
    Csv,
}
