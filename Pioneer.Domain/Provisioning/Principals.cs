using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Provisioning;

/// <summary>Names of Kafka principals, without the <c>User:</c> that ACLs put before them.</summary>
public static class Principals
{
    /// <summary>The default user that Connect's worker and connectors sign in as.</summary>
    public const string Connect = "pioneer-connect";

    /// <summary>The user of the ksqlDB service that tenants with shared isolation use.</summary>
    public const string SharedKsql = "pioneer-ksql";

    /// <summary>Names a tenant's credential may not have: the platform keeps these.</summary>
    public static readonly IReadOnlyCollection<string> ReservedCredentialNames = ["ksql", "portal"];

    private const string Seeders = "pioneer-seeder.";

    /// <summary>The group that a seed run's readers name and never use: they read assigned partitions.</summary>
    public const string SeederGroup = Seeders + "unused";

    /// <summary>Who reads and writes records for one take-up of a seed run: a process that lost the run loses its rights with it.</summary>
    public static string Seeder(SeedRunId run, int fence) => $"{SeederPrefix(run)}{fence}";

    /// <summary>How the names of all of a run's seeders begin.</summary>
    public static string SeederPrefix(SeedRunId run) => $"{Seeders}{run.Value:n}.";

    /// <summary>Whether it is a seed run's user: such users come and go with their runs, no plan is about them.</summary>
    public static bool IsSeeder(string principal) => principal.StartsWith(Seeders, StringComparison.Ordinal);

    private const string Attackers = "pioneer-attacker.";

    /// <summary>Who stands in for one of a tenant's credentials, with a copy of its rights, while a check of isolation runs.</summary>
    public static string Attacker(OperationId check, int number) => $"{AttackerPrefix(check)}{number}";

    /// <summary>How the names of all stand-ins of a check begin.</summary>
    public static string AttackerPrefix(OperationId check) => $"{Attackers}{check.Value:n}.";

    /// <summary>Whether it stands in for somebody in a check of isolation.</summary>
    public static bool IsAttacker(string principal) => principal.StartsWith(Attackers, StringComparison.Ordinal);

    /// <summary>Whether it is a user that comes and goes with a seed run or a check: no plan is about them.</summary>
    public static bool IsPassing(string principal) => IsSeeder(principal) || IsAttacker(principal);

    public static string Ksql(TenantSlug tenant) => $"{tenant}.ksql";

    public static string Portal(TenantSlug tenant) => $"{tenant}.portal";

    public static string Credential(TenantSlug tenant, string credential) => $"{tenant}.{credential}";
}
