namespace Cess.Simulation.Planted;

/// <summary>A mistake of a kind that systems like this one really had, to be made on purpose in a copy of the product.</summary>
/// <param name="Name">What switches it on.</param>
/// <param name="File">In which file, from the repository's root.</param>
/// <param name="Original">What stands there, exactly once.</param>
/// <param name="Changed">What takes its place; <c>PLANTED</c> in it is true while the bug is switched on.</param>
/// <param name="Profile">In which runs it has to be found; null for any.</param>
internal sealed record PlantedBug(string Name, string File, string Original, string Changed, string? Profile = null);
