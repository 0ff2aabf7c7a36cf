using System.Collections.Immutable;
using Pioneer.Embedded.Connect.Converters;

namespace Pioneer.Embedded.Connect.Configuration;

/// <summary>The keys that every source connector has, whatever its class.</summary>
internal static class ConnectorKeys
{
    public static readonly ImmutableArray<ConfigKey> Common =
    [
        Key("name", ConfigType.String, "Globally unique name to use for this connector.") with { Required = true, Importance = "HIGH" },
        Key("connector.class", ConfigType.String, "Name of the connector's class.") with { Required = true, Importance = "HIGH" },
        Key("tasks.max", ConfigType.Int, "Maximum number of tasks to use for this connector.")
            with { Default = "1", Min = 1, Importance = "HIGH" },
        Key("key.converter", ConfigType.Class, "Converter of record keys.")
            with { Allowed = [RecordConverters.JsonClass, RecordConverters.StringClass], Importance = "LOW" },
        Key("value.converter", ConfigType.Class, "Converter of record values.")
            with { Allowed = [RecordConverters.JsonClass, RecordConverters.StringClass], Importance = "LOW" },
        Key("transforms", ConfigType.List, "Aliases of the transforms to apply, in order.") with { Default = "", Importance = "LOW" },
        Key("predicates", ConfigType.List, "Aliases of the predicates that transforms use.") with { Default = "", Importance = "LOW" },
        Key("errors.tolerance", ConfigType.String, "Whether a record that fails fails its task.")
            with { Default = "none", Allowed = ["none", "all"] },
        Key("errors.log.enable", ConfigType.Boolean, "Whether skipped records are logged.") with { Default = "false" },
        Key("exactly.once.support", ConfigType.String, "Whether exactly once is required; this worker always gives it.")
            with { Default = "requested", Allowed = ["requested", "required"] },
    ];

    private static ConfigKey Key(string name, ConfigType type, string documentation) => new(name, type, "Common", documentation);
}
