using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Sandbox;

namespace Pioneer.Tests.Ksql.Sandbox;

internal static class SandboxFixture
{
    public static SandboxTenant Acme { get; } = new("acme", "ACME__");

    public static SandboxVerdict Check(
        string sql,
        SandboxMode mode = SandboxMode.Validate,
        string? name = null,
        Catalogue? catalogue = null,
        IReadOnlyDictionary<string, string>? properties = null) =>
        KsqlSandbox.Check(new SandboxRequest(Acme, catalogue ?? Bank.Catalogue, sql, properties ?? new Dictionary<string, string>(), mode, name));
}
