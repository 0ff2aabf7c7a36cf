namespace Pioneer.Domain.Recovery;

/// <summary>Finds the incident of a failure that stands open; an index lets there be one.</summary>
public static class OpenIncidentOf
{
    public static IQueryable<Incident> OpenOf(this IQueryable<Incident> incidents, string scenario, string subject) =>
        incidents.Where(incident => incident.Scenario == scenario && incident.Subject == subject && incident.State != IncidentState.Closed);
}
