using System.Collections.Immutable;

namespace Pioneer.Domain.Provisioning;

/// <summary>Connectors: their configuration and whether they run.</summary>
public static class ConnectorPlanning
{
    /// <summary>What to do about <see cref="Missing"/>.</summary>
    public const string WayOut = "Install the plug-in (and the database's driver) in plugin.path of every Connect worker, restart the workers, and apply the plan again.";

    /// <summary>Says that Connect lacks the plug-in of a connector.</summary>
    public static string Missing(string connectorClass) => $"Kafka Connect has no plug-in '{connectorClass}', which reads the source.";

    internal static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Connectors.ToDictionary(connector => connector.Name);
        var wanted = desired.Connectors.Select(connector => connector.Name).ToHashSet();
        foreach (var connector in desired.Connectors)
        {
            if (!found.TryGetValue(connector.Name, out var current))
            {
                Create(plan, connector, observed.ConnectorClasses);
            }
            else if (!SameConfig(connector, current) || !SameState(connector, current))
            {
                var risk = connector.Paused || !SameConfig(connector, current, withSecrets: false) ? ChangeRisk.InterruptsDelivery : ChangeRisk.Safe;
                plan.Add(PlanPhase.StartConnectors, new ConnectorChange(ChangeKind.Update, risk, connector, current));
            }
        }

        foreach (var connector in observed.Connectors.Where(connector => !wanted.Contains(connector.Name)))
        {
            if (desired.Retired.Connectors.Contains(connector.Name))
            {
                var spec = new ConnectorSpec(connector.Name, connector.Config, connector.State is ObservedRunState.Paused);
                plan.Add(PlanPhase.StopConnectors, new ConnectorChange(ChangeKind.Delete, ChangeRisk.InterruptsDelivery, spec, connector));
            }
            else if (PlanScope.HasConnector(desired, connector.Name))
            {
                plan.Foreign("connector", connector.Name);
            }
        }
    }

    private static void Create(PlanBuilder plan, ConnectorSpec connector, ImmutableHashSet<string>? classes)
    {
        var change = new ConnectorChange(ChangeKind.Create, ChangeRisk.Safe, connector, null);
        if (classes is not null && connector.Config.TryGetValue("connector.class", out var wanted) && !classes.Contains(wanted))
        {
            plan.Withhold(change, Missing(wanted), WayOut);
        }
        else
        {
            plan.Add(PlanPhase.StartConnectors, change);
        }
    }

    // A failed task is for recovery; only pausing is a matter of wanted state.
    private static bool SameState(ConnectorSpec wanted, ObservedConnector current) =>
        wanted.Paused ? current.State is ObservedRunState.Paused : current.State is not ObservedRunState.Paused;

    /// <summary>Whether a connector is configured as wanted; a password that nobody may tell counts as the wanted one.</summary>
    public static bool SameConfig(ConnectorSpec wanted, ObservedConnector current) => SameConfig(wanted, current, withSecrets: true);

    // A password that becomes a reference is protected better than before, and whoever reads the feed notices nothing but the restart.
    private static bool SameConfig(ConnectorSpec wanted, ObservedConnector current, bool withSecrets)
    {
        return Compared(wanted.Config).SequenceEqual(Compared(current.Config));

        // Connect adds the name to every configuration that it gives back.
        IEnumerable<KeyValuePair<string, string>> Compared(IEnumerable<KeyValuePair<string, string>> config) => config
            .Where(pair => pair.Key != "name" && (!ConnectorSpec.SecretKeys.Contains(pair.Key) || (withSecrets && !IsHidden(pair.Key))))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal);

        bool IsHidden(string key) => current.Config.GetValueOrDefault(key) is ConnectorSpec.Hidden;
    }
}
