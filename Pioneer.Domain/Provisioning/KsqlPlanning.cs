namespace Pioneer.Domain.Provisioning;

/// <summary>ksqlDB services, the streams declared in them and the persistent queries that run there.</summary>
internal static class KsqlPlanning
{
    public static void Add(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        AddServices(plan, desired, observed);
        var stopped = new HashSet<KsqlObjectName>();
        AddStreams(plan, desired, observed, stopped);
        AddQueries(plan, desired, observed, stopped);
    }

    private static void AddServices(PlanBuilder plan, DesiredState desired, ObservedState observed)
    {
        var found = observed.Services.ToDictionary(service => service.ServiceId);
        foreach (var service in desired.Services)
        {
            if (!found.TryGetValue(service.ServiceId, out var current))
            {
                plan.Add(PlanPhase.HostServices, new KsqlServiceChange(ChangeKind.Create, ChangeRisk.Safe, service, null));
            }
            else if (current.Principal.Length > 0 && current.Principal != service.Principal)
            {
                plan.Add(PlanPhase.HostServices, new KsqlServiceChange(ChangeKind.Update, ChangeRisk.InterruptsDelivery, service, current));
            }
        }

        var wanted = desired.Services.Select(service => service.ServiceId).ToHashSet();
        foreach (var service in observed.Services.Where(service => !wanted.Contains(service.ServiceId)))
        {
            if (desired.Retired.Services.Contains(service.ServiceId))
            {
                plan.Add(PlanPhase.RemoveServices, new KsqlServiceChange(ChangeKind.Delete, ChangeRisk.InterruptsDelivery, service, service));
            }
            else if (PlanScope.HasService(desired, service.ServiceId))
            {
                plan.Foreign("ksql-service", service.ServiceId);
            }
        }
    }

    private static void AddStreams(PlanBuilder plan, DesiredState desired, ObservedState observed, HashSet<KsqlObjectName> stopped)
    {
        var found = observed.Streams.ToDictionary(NameOf);
        var wanted = desired.Streams.Select(NameOf).ToHashSet();
        var queries = new QueryIndex(desired, observed);
        foreach (var stream in desired.Streams)
        {
            if (!found.TryGetValue(NameOf(stream), out var current))
            {
                plan.Add(PlanPhase.DeclareStreams, new KsqlStreamChange(ChangeKind.Create, ChangeRisk.Safe, stream, null));
            }
            else if (!KsqlTypeText.Same(stream, current))
            {
                ChangeStream(plan, stream, KsqlTypeText.Spelled(current, stream), queries, stopped);
            }
        }

        foreach (var stream in observed.Streams.Where(stream => !wanted.Contains(NameOf(stream))))
        {
            var name = NameOf(stream);
            if (desired.Retired.Streams.Contains(name))
            {
                DropStream(plan, stream, queries);
            }
            else if (!desired.Retired.LooksAfter(name) && PlanScope.HasKsql(desired, name))
            {
                plan.Foreign("ksql-stream", name.ToString());
            }
        }
    }

    private static void ChangeStream(
        PlanBuilder plan, KsqlStreamSpec stream, KsqlStreamSpec current, QueryIndex queries, HashSet<KsqlObjectName> stopped)
    {
        if (KsqlStreamChange.IsExtension(current, stream))
        {
            plan.Add(PlanPhase.DeclareStreams, new KsqlStreamChange(ChangeKind.Update, ChangeRisk.Safe, stream, current));
            return;
        }

        var touching = queries.Touching(NameOf(stream)).ToList();
        if (touching.Find(query => !queries.MayStop(query)) is { } obstacle)
        {
            plan.Block(
                "ksql-stream", NameOf(stream).ToString(),
                $"The stream has to be declared anew, but query '{obstacle.QueryId}' uses it, and that is not Pioneer's to stop.",
                "Terminate the query, or wait for the seed run that it belongs to.");
            return;
        }

        stopped.UnionWith(touching.Select(query => new KsqlObjectName(query.ServiceId, query.QueryId)));
        plan.Add(PlanPhase.DeclareStreams, new KsqlStreamChange(ChangeKind.Update, ChangeRisk.InterruptsDelivery, stream, current));
    }

    private static void DropStream(PlanBuilder plan, KsqlStreamSpec stream, QueryIndex queries)
    {
        if (queries.Touching(NameOf(stream)).FirstOrDefault(query => !queries.IsRetired(query)) is { } user)
        {
            plan.Block(
                "ksql-stream", NameOf(stream).ToString(), $"The stream is wanted no more, but query '{user.QueryId}' still uses it.",
                "Delete the subscription that reads it first.");
            return;
        }

        plan.Add(PlanPhase.DropStreams, new KsqlStreamChange(ChangeKind.Delete, ChangeRisk.InterruptsDelivery, stream, stream));
    }

    private static void AddQueries(PlanBuilder plan, DesiredState desired, ObservedState observed, HashSet<KsqlObjectName> stopped)
    {
        var found = observed.Queries.ToDictionary(NameOf);
        var wanted = desired.Queries.ToDictionary(NameOf);
        var successors = desired.Queries
            .SelectMany(query => query.Predecessors.Select(older => (new KsqlObjectName(query.ServiceId, older), query.QueryId)))
            .ToLookup(pair => pair.Item1, pair => pair.QueryId);
        var bySink = desired.Queries.Where(query => query.Intent is not QueryIntent.Held).ToLookup(query => query.ServiceId);
        foreach (var query in desired.Queries.Where(query => query.Intent is not QueryIntent.Held))
        {
            AddQuery(plan, query, found.GetValueOrDefault(NameOf(query)), stopped.Contains(NameOf(query)));
        }

        foreach (var query in observed.Queries)
        {
            var name = NameOf(query);
            if (wanted.ContainsKey(name) ? stopped.Contains(name) : desired.Retired.Queries.Contains(name))
            {
                plan.Add(PlanPhase.StopQueries, new KsqlQueryChange(
                    QueryAction.Terminate, ChangeRisk.InterruptsDelivery, query.ServiceId, query.QueryId, wanted.GetValueOrDefault(name))
                {
                    HandsOverTo = wanted.ContainsKey(name) ? query.QueryId : successors[name].FirstOrDefault(),
                    Successor = wanted.ContainsKey(name) ? null : bySink[name.ServiceId].FirstOrDefault(next => query.Sinks.Contains(next.Sink)),
                    Touches = [.. query.Sources.Concat(query.Sinks).Distinct()],
                });
            }
            else if (!wanted.ContainsKey(name) && !desired.Retired.LooksAfter(name) && PlanScope.HasKsql(desired, name))
            {
                plan.Foreign("ksql-query", name.ToString());
            }
        }
    }

    // A query that is wanted paused and is not there is as paused as can be: its group keeps its place.
    private static void AddQuery(PlanBuilder plan, KsqlQuerySpec query, ObservedQuery? current, bool stopped)
    {
        QueryAction? action = (query.Intent, stopped ? null : current?.State) switch
        {
            (QueryIntent.Running, null) => QueryAction.Start,
            (QueryIntent.Running, ObservedRunState.Paused) => QueryAction.Resume,
            (QueryIntent.Paused, ObservedRunState.Running) => QueryAction.Pause,
            _ => null,
        };
        if (action is { } needed)
        {
            var risk = needed is QueryAction.Pause ? ChangeRisk.InterruptsDelivery : ChangeRisk.Safe;
            plan.Add(PlanPhase.StartQueries, new KsqlQueryChange(needed, risk, query.ServiceId, query.QueryId, query));
        }
    }

    private static KsqlObjectName NameOf(KsqlStreamSpec stream) => new(stream.ServiceId, stream.Name);

    private static KsqlObjectName NameOf(KsqlQuerySpec query) => new(query.ServiceId, query.QueryId);

    private static KsqlObjectName NameOf(ObservedQuery query) => new(query.ServiceId, query.QueryId);

    /// <summary>Which observed queries use a stream, and which of them are ours to stop.</summary>
    private sealed class QueryIndex(DesiredState desired, ObservedState observed)
    {
        private readonly ILookup<KsqlObjectName, ObservedQuery> _byStream = observed.Queries
            .SelectMany(query => query.Sources.Concat(query.Sinks).Distinct().Select(stream => (new KsqlObjectName(query.ServiceId, stream), query)))
            .ToLookup(pair => pair.Item1, pair => pair.query);

        private readonly HashSet<KsqlObjectName> _ours =
            [.. desired.Queries.Where(query => query.Intent is not QueryIntent.Held).Select(NameOf), .. desired.Retired.Queries];

        public IEnumerable<ObservedQuery> Touching(KsqlObjectName stream) => _byStream[stream];

        public bool MayStop(ObservedQuery query) => _ours.Contains(NameOf(query));

        public bool IsRetired(ObservedQuery query) => desired.Retired.Queries.Contains(NameOf(query));
    }
}
